import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadOpus } from '../../engine/media/audio/opus';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { PcmRendition, type PcmSettings } from '../../engine/source/PcmRendition';
import { listenTo, manualSound, unitsOf } from '../support/manualSound';
import { channelOf, frequencyOf, levelDb, tone } from '../support/tones';

const MONO: PcmSettings = { sampleRate: 48_000, channels: 1 };

/** A tone of 1 kHz as Opus packets, from time 0 on. */
function packets(count: number, { packetMs = 20 } = {}): AudioUnit[] {
  const { Encoder } = loadOpus();
  const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: 'audio' });
  encoder.bitrate = 96_000;
  const durationMs = count * packetMs;
  const pcm = tone({ frequency: 1000, sampleRate: 48_000, durationMs });
  return unitsOf(pcm, { sampleRate: 48_000, unitMs: packetMs }).map(unit => ({
    ...unit,
    codec: 'Opus',
    data: Buffer.from(encoder.encode(unit.data)),
  }));
}

async function decoded(units: readonly AudioUnit[], settings = MONO) {
  const { track, push } = manualSound();
  const rendition = new PcmRendition(track, settings);
  const heard = await listenTo(rendition);
  for (const unit of units) push(unit);
  await heard.close();
  await track.close();
  assert.deepEqual(heard.errors, []);
  return { units: heard.units, statistics: rendition.statistics };
}

/** The levels of units in dB, rounded. */
function levels(units: readonly AudioUnit[]): number[] {
  return units.map(unit => Math.round(levelDb(channelOf(unit.data))));
}

function times(units: readonly AudioUnit[]): number[] {
  return units.map(unit => unit.timestampMs);
}

const without = (units: readonly AudioUnit[], ...gone: number[]) =>
  units.filter((_, i) => !gone.includes(i));
const range = (count: number) => Array.from({ length: count }, (_, i) => i * 20);

describe('PcmRendition', () => {
  for (const settings of [
    MONO,
    { sampleRate: 48_000, channels: 2 },
    { sampleRate: 16_000, channels: 1 },
    { sampleRate: 44_100, channels: 2 },
    { sampleRate: 8000, channels: 1 },
  ] as const) {
    const { sampleRate, channels } = settings;
    it(`gives ${sampleRate} Hz with ${channels} channels in units of 20 ms`, async () => {
      const { units } = await decoded(packets(50), settings);
      for (const unit of units) {
        assert.equal(unit.data.length, (sampleRate / 50) * channels * 2);
        assert.deepEqual(
          [unit.codec, unit.sampleRate, unit.channels, unit.samples],
          ['S16LE', sampleRate, channels, sampleRate / 50],
        );
      }
      const all = channelOf(Buffer.concat(units.map(unit => unit.data)), channels, channels - 1);
      const heard = all.subarray(sampleRate / 10);
      assert.ok(Math.abs(frequencyOf(heard, sampleRate) / 1000 - 1) < 0.001);
      assert.ok(Math.abs(levelDb(heard) + 9.03) < 0.3);
    });
  }

  for (const packetMs of [10, 40, 60]) {
    it(`gives units of 20 ms from packets of ${packetMs} ms`, async () => {
      const { units, statistics } = await decoded(packets(12, { packetMs }));
      assert.deepEqual(times(units), range((12 * packetMs) / 20));
      assert.equal(statistics.concealed, 0);
    });
  }

  for (const { it: sentence, gone, concealed, faded, silent } of [
    { it: 'a lost packet by what was heard last', gone: [10], concealed: 1, faded: 10, silent: [] },
    {
      it: 'five lost packets, from the second on by silence',
      gone: [10, 11, 12, 13, 14],
      concealed: 5,
      faded: 10,
      silent: [11, 12, 13, 14],
    },
  ]) {
    it(`conceals ${sentence}`, async () => {
      const { units, statistics } = await decoded(without(packets(20), ...gone));
      assert.deepEqual(times(units), range(20));
      assert.deepEqual(statistics, { badPackets: 0, latePackets: 0, concealed });
      const level = levels(units);
      // A tone that fades out evenly has a third of its power.
      assert.ok(Math.abs((level[faded] ?? 0) + 13.8) < 1, `${level}`);
      assert.deepEqual(
        silent.filter(i => level[i] !== Number.NEGATIVE_INFINITY),
        [],
      );
      assert.ok(Math.abs((level[19] ?? 0) + 9) < 1, `${level}`);
    });
  }

  it('leaves a longer gap as it is', async () => {
    const { units, statistics } = await decoded(without(packets(30), 10, 11, 12, 13, 14, 15));
    assert.deepEqual(times(units), [...range(10), ...range(30).slice(16)]);
    assert.equal(statistics.concealed, 0);
  });

  for (const { it: sentence, data } of [
    { it: 'an empty packet', data: Buffer.alloc(0) },
    { it: 'a packet of garbage', data: Buffer.from([0xff, 0xff, 0xff]) },
    { it: 'a packet that is cut off', data: Buffer.from([0xff]) },
  ]) {
    it(`conceals ${sentence}`, async () => {
      const all = packets(20).map((unit, i) => (i === 10 ? { ...unit, data } : unit));
      const { units, statistics } = await decoded(all);
      assert.deepEqual(times(units), range(20));
      assert.deepEqual(statistics, { badPackets: 1, latePackets: 0, concealed: 1 });
    });
  }

  it('survives garbage from begin to end', async () => {
    const all = packets(200).map((unit, i) => ({ ...unit, data: Buffer.alloc(i % 40, i * 7919) }));
    const { units } = await decoded(all);
    assert.ok(units.length >= 150);
  });

  it('drops and counts a packet that comes after its time was filled, or twice', async () => {
    const [first, second, third, ...rest] = packets(10);
    assert.ok(first && second && third);
    const { units, statistics } = await decoded([first, third, second, third, ...rest]);
    assert.deepEqual(times(units), range(10));
    assert.deepEqual(statistics, { badPackets: 0, latePackets: 2, concealed: 1 });
  });

  it('follows a source that begins anew at an earlier time', async () => {
    const late = packets(5).map(unit => ({ ...unit, timestampMs: unit.timestampMs + 60_000 }));
    const { units } = await decoded([...late, ...packets(5)]);
    assert.deepEqual(times(units), [...range(5).map(time => time + 60_000), ...range(5)]);
  });

  it('bears times that tremble', async () => {
    const shaken = packets(50).map((unit, i) => ({
      ...unit,
      timestampMs: unit.timestampMs + (i % 3) * 3,
    }));
    const { units, statistics } = await decoded(shaken);
    assert.equal(units.length, 50);
    assert.deepEqual(statistics, { badPackets: 0, latePackets: 0, concealed: 0 });
  });

  it('converts PCM of another rate and channels', async () => {
    const pcm = tone({ frequency: 1000, sampleRate: 44_100, channels: 2, durationMs: 1000 });
    const { units } = await decoded(unitsOf(pcm, { sampleRate: 44_100, channels: 2, unitMs: 13 }), {
      sampleRate: 16_000,
      channels: 1,
    });
    assert.deepEqual(times(units.slice(0, 3)).map(Math.round), [0, 20, 40]);
    const heard = channelOf(Buffer.concat(units.map(unit => unit.data))).subarray(1600);
    assert.ok(Math.abs(frequencyOf(heard, 16_000) / 1000 - 1) < 0.001);
    assert.ok(Math.abs(levelDb(heard) + 9.03) < 0.1);
  });

  it('ends with its source', async () => {
    const { track, push, end } = manualSound();
    const heard = await listenTo(new PcmRendition(track, MONO));
    for (const unit of packets(2, { packetMs: 10 })) push(unit);
    end();
    assert.deepEqual([heard.units.length, heard.ended], [1, 1]);
    await heard.close();
    await track.close();
  });
});
