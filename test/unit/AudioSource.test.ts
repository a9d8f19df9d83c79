import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { CaptureEndedError, type MediaError } from '../../engine/model/errors/errors';
import type { Origin, OriginListener } from '../../engine/model/Origin';
import { AudioSource, type AudioSourceState } from '../../engine/source/AudioSource';
import { ManualClock } from '../support/ManualClock';
import { unitsOf } from '../support/manualSound';
import { settled } from '../support/settled';
import { channelOf, frequencyOf, tone } from '../support/tones';

const TONE = tone({ frequency: 1000, sampleRate: 16_000, durationMs: 400 });

function setUp() {
  const runs: (OriginListener<AudioUnit> & { closed: boolean })[] = [];
  const origin: Origin<AudioUnit> = {
    label: 'manual',
    open: listener => {
      const run = Object.assign(Object.create(listener), { closed: false });
      runs.push(run);
      return {
        close: async () => {
          run.closed = true;
        },
      };
    },
  };
  const clock = new ManualClock();
  let via: string | undefined;
  const source = new AudioSource(origin, { lingerMs: 1000, log: () => {}, via: () => via, clock });
  const states: AudioSourceState[] = [];
  source.on('state', state => states.push(state));
  return {
    source,
    states,
    runs,
    clock,
    foundWay: (way: string) => {
      via = way;
    },
    /** Hands in 400 ms of 1 kHz at 16 kHz. */
    deliver: () => {
      for (const unit of unitsOf(TONE, { sampleRate: 16_000 })) runs.at(-1)?.unit(unit);
    },
  };
}

const nobody = { unit: () => {} };

describe('an AudioSource', () => {
  it('shares a rendition among all who want the same', async () => {
    const { source } = setUp();
    const mono = { sampleRate: 48_000, channels: 1 } as const;
    assert.equal(source.pcm(mono), source.pcm({ ...mono }));
    assert.notEqual(source.pcm(mono), source.pcm({ ...mono, channels: 2 }));
    assert.equal(source.opus(), source.opus({}));
    assert.notEqual(source.opus(), source.pcm(mono));
    await source.close();
  });

  it('opens its origin once, for as long as anybody listens and a bit', async () => {
    const { source, runs, clock, deliver } = setUp();
    const listeners = [
      source.native,
      source.opus(),
      source.pcm({ sampleRate: 48_000, channels: 1 }),
    ];
    const subscriptions = listeners.map(track => track.subscribe(nobody));
    await settled();
    await settled();
    assert.equal(runs.length, 1);
    deliver();
    for (const subscription of subscriptions) subscription.close();
    clock.advance(1000);
    await settled();
    assert.equal(runs[0]?.closed, false, 'the renditions linger, and then the source');
    clock.advance(1000);
    await settled();
    assert.equal(runs[0]?.closed, true);
    await source.close();
  });

  it('gives the sound as PCM of another form, and as Opus packets of 20 ms', async () => {
    const { source, deliver } = setUp();
    const pcm: AudioUnit[] = [];
    const opus: AudioUnit[] = [];
    source.pcm({ sampleRate: 48_000, channels: 2 }).subscribe({ unit: unit => pcm.push(unit) });
    source.opus().subscribe({ unit: unit => opus.push(unit) });
    await settled();
    await settled();
    deliver();
    const samples = channelOf(Buffer.concat(pcm.map(({ data }) => data)), 2);
    assert.ok(Math.abs(frequencyOf(samples, 48_000) - 1000) < 5);
    assert.ok(opus.length >= 18);
    for (const { codec, samples: count, sampleRate } of opus) {
      assert.deepEqual([codec, count, sampleRate], ['Opus', 960, 48_000]);
    }
    await source.close();
  });

  it('tells how it stands: form and way once known, neither while it rests', async () => {
    const { source, states, clock, deliver, foundWay } = setUp();
    const subscription = source.native.subscribe(nobody);
    await settled();
    foundWay('pulse');
    deliver();
    assert.deepEqual(source.state, {
      state: 'live',
      sampleRate: 16_000,
      channels: 1,
      via: 'pulse',
    });
    const told = states.length;
    deliver();
    assert.equal(states.length, told, 'not at each unit');
    subscription.close();
    clock.advance(1000);
    assert.deepEqual(source.state, { state: 'idle', via: 'pulse' });
    assert.deepEqual(
      states.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]),
      ['starting', 'live', 'lingering', 'idle'],
    );
    await source.close();
  });

  it('tells a failure and its pause, and tries again', async () => {
    const { source, runs, clock } = setUp();
    const failures: MediaError[] = [];
    source.on('failed', error => failures.push(error));
    source.opus().subscribe(nobody);
    await settled();
    await settled();
    runs[0]?.failed(new CaptureEndedError('manual', 'unplugged'));
    await settled();
    assert.equal(failures[0]?.code, 'capture-ended');
    assert.equal(source.state.state, 'backingOff');
    const { retryMs = 0 } = source.state;
    assert.ok(retryMs > 0);
    clock.advance(retryMs);
    await settled();
    assert.equal(runs.length, 2);
    await source.close();
  });

  it('is closed with all its renditions, and silent afterwards', async () => {
    const { source, states, runs, deliver } = setUp();
    const units: AudioUnit[] = [];
    source.opus().subscribe({ unit: unit => units.push(unit) });
    await settled();
    await settled();
    await source.close();
    await source.close();
    assert.equal(runs[0]?.closed, true);
    const told = states.length;
    deliver();
    assert.deepEqual(units, []);
    assert.equal(states.length, told);
  });
});
