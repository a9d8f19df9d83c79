import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PlayGauge, parsePlayed } from '../../engine/output/speaker/PlayGauge';

const BLOCK_MS = 20;

/** A player with a clock of its own, whose reports a gauge reads, fed as the gauge says. */
class Simulation {
  readonly gauge = new PlayGauge();
  nowMs = 0;
  writtenMs = 0;
  playedMs = 0;
  /** What waits in the pipe, noted at each tick. */
  readonly waiting: number[] = [];

  /** @param speed of the player's clock; 0: it hangs */
  run(forMs: number, speed: number): void {
    for (const untilMs = this.nowMs + forMs; this.nowMs < untilMs; ) {
      this.nowMs += 10;
      this.playedMs = Math.min(this.writtenMs, this.playedMs + 10 * speed);
      if (this.nowMs % 50 === 0) this.gauge.line(reportOf(this.playedMs), this.nowMs);
      if (this.nowMs % BLOCK_MS === 0) this.#tick();
    }
  }

  #tick(): void {
    for (let blocks = this.gauge.blocksDue(this.nowMs); blocks > 0; blocks -= 1) {
      this.writtenMs += BLOCK_MS;
      this.gauge.wrote(BLOCK_MS);
    }
    this.waiting.push(this.writtenMs - this.playedMs);
  }
}

/** The player holds nothing itself: what it has taken was heard. */
function reportOf(playedMs: number): string {
  return `Time: ${(playedMs / 1000).toFixed(3)} sec; Latency: 0 usec.`;
}

describe('A PlayGauge', () => {
  for (const { it: sentence, speed } of [
    { it: 'keeps the pipe short of a player that is in step', speed: 1 },
    { it: 'keeps the pipe short of a player that is 1000 ppm too slow', speed: 0.999 },
    { it: 'never lets a player starve that is 1000 ppm too fast', speed: 1.001 },
  ]) {
    it(sentence, () => {
      const simulation = new Simulation();
      simulation.run(5000, speed);
      simulation.waiting.length = 0;
      simulation.run(600_000, speed);
      assert.ok(Math.max(...simulation.waiting) <= 100, `${Math.max(...simulation.waiting)} ms`);
      assert.ok(Math.min(...simulation.waiting) > 0, `${Math.min(...simulation.waiting)} ms`);
    });
  }

  it('writes no more than 100 ms to a player that does not begin, and goes on when it does', () => {
    const simulation = new Simulation();
    simulation.run(2000, 0);
    assert.ok(simulation.writtenMs <= 100, `${simulation.writtenMs} ms`);
    simulation.run(2000, 1);
    assert.ok(simulation.writtenMs >= 1900, `${simulation.writtenMs} ms`);
  });

  it('writes no more than 100 ms ahead when a player hangs in between', () => {
    const simulation = new Simulation();
    simulation.run(3000, 1);
    simulation.run(3000, 0);
    assert.ok(
      simulation.waiting.every(ms => ms <= 120),
      `${Math.max(...simulation.waiting)} ms`,
    );
  });
});

describe('parsePlayed', () => {
  for (const { it: sentence, text, played } of [
    {
      it: 'reads what was heard and what was taken',
      text: 'Time: 4.318 sec; Latency: 17000 usec.  ',
      played: { heardMs: 4318, takenMs: 4335 },
    },
    {
      it: 'reads a latency below zero',
      text: 'Time: 1.000 sec; Latency: -500 usec.',
      played: { heardMs: 1000, takenMs: 999.5 },
    },
    { it: 'knows other lines', text: 'Stream successfully created.', played: undefined },
  ]) {
    it(sentence, () => assert.deepEqual(parsePlayed(text), played));
  }
});
