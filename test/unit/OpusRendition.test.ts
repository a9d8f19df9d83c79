import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { OpusRendition, type OpusSettings } from '../../engine/source/OpusRendition';
import { PcmRendition, type PcmSettings } from '../../engine/source/PcmRendition';
import { listenTo, manualSound, unitsOf } from '../support/manualSound';
import { seededRandom } from '../support/recordings';
import { channelOf, frequencyOf, levelDb, tone } from '../support/tones';

/** What the rendition makes of units. */
async function encoded(units: readonly AudioUnit[], settings: OpusSettings = {}) {
  const { track, push } = manualSound();
  const heard = await listenTo(new OpusRendition(track, settings));
  for (const unit of units) push(unit);
  await heard.close();
  assert.deepEqual(heard.errors, []);
  return heard.units;
}

async function decoded(units: readonly AudioUnit[], settings: PcmSettings) {
  const { track, push } = manualSound();
  const heard = await listenTo(new PcmRendition(track, settings));
  for (const unit of units) push(unit);
  await heard.close();
  return heard.units;
}

/** Something like a voice: a buzz that glides, with noise. */
function voice(durationMs: number): Buffer {
  const random = seededRandom(7);
  const pcm = Buffer.alloc(durationMs * 48 * 2);
  let phase = 0;
  for (let i = 0; i < pcm.length / 2; i += 1) {
    phase += (2 * Math.PI * (180 + 60 * Math.sin(i / 9000))) / 48_000;
    const buzz = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(5 * phase);
    pcm.writeInt16LE(Math.round(7000 * buzz + 1000 * (random() - 0.5)), i * 2);
  }
  return pcm;
}

describe('OpusRendition', () => {
  for (const [sampleRate, channels, application] of [
    [48_000, 1, 'voip'],
    [44_100, 2, 'audio'],
    [16_000, 1, 'voip'],
    [8000, 2, 'voip'],
    [24_000, 1, 'restricted_lowdelay'],
  ] as const) {
    it(`keeps frequency and level of a tone at ${sampleRate} Hz, ${channels} channels, ${application}`, async () => {
      const sound = tone({ frequency: 1000, sampleRate, channels, durationMs: 1000 });
      const packets = await encoded(unitsOf(sound, { sampleRate, channels }), { application });
      assert.ok(packets.length >= 49, `${packets.length}`);
      for (const { codec, samples, ...packet } of packets) {
        assert.deepEqual([codec, packet.sampleRate, samples], ['Opus', 48_000, 960]);
        assert.equal(packet.channels, channels);
      }
      const units = await decoded(packets, { sampleRate, channels });
      const pcm = Buffer.concat(units.map(unit => unit.data));
      const heard = channelOf(pcm, channels, channels - 1).subarray(sampleRate / 5);
      assert.ok(Math.abs(frequencyOf(heard, sampleRate) / 1000 - 1) < 0.001);
      assert.ok(Math.abs(levelDb(heard) + 9.03) < 0.5, `${levelDb(heard)} dB`);
    });
  }

  it('stamps packets with the capture times of their first samples, whatever the units', async () => {
    const sampleRate = 44_100;
    const sound = tone({ frequency: 500, sampleRate, durationMs: 400 });
    const units = unitsOf(sound, { sampleRate, unitMs: 7, fromMs: 1e12 });
    const packets = await encoded(units);
    packets.forEach(({ timestampMs }, i) => {
      assert.ok(Math.abs(timestampMs - (1e12 + i * 20)) < 0.5, `${timestampMs - 1e12} ms`);
    });
  });

  it('follows the capture clock where that drifts against the samples', async () => {
    const sound = tone({ frequency: 500, sampleRate: 48_000, durationMs: 10_000 });
    // A sound card that is 0.1 % too slow.
    const units = unitsOf(sound, { sampleRate: 48_000 }).map((unit, i) => ({
      ...unit,
      timestampMs: i * 20.02,
    }));
    const packets = await encoded(units);
    const last = packets.at(-1)?.timestampMs ?? 0;
    assert.ok(Math.abs(last - (packets.length - 1) * 20.02) < 0.1, `${last}`);
  });

  it('goes on with the new time after a gap', async () => {
    const sound = tone({ frequency: 500, sampleRate: 16_000, durationMs: 200 });
    const before = unitsOf(sound, { sampleRate: 16_000, unitMs: 30 });
    const after = unitsOf(sound, { sampleRate: 16_000, unitMs: 30, fromMs: 5000 });
    const times = (await encoded([...before, ...after])).map(each => each.timestampMs);
    assert.equal(times[0], 0);
    assert.ok(times.some(time => time === 5000));
    assert.deepEqual(
      times.filter(time => time > 200 && time < 5000),
      [],
    );
  });

  it('keeps to the bitrate', async () => {
    const units = unitsOf(voice(4000), { sampleRate: 48_000 });
    for (const bitrateBps of [16_000, 32_000, 64_000]) {
      const packets = await encoded(units, { bitrateBps });
      const bytes = packets.reduce((sum, each) => sum + each.data.length, 0);
      const measured = (bytes * 8) / (packets.length * 0.02);
      assert.ok(measured > bitrateBps * 0.6 && measured < bitrateBps * 1.2, `${measured} bit/s`);
    }
  });

  it('puts a copy of the packet before into packets of speech', async () => {
    const packets = await encoded(unitsOf(voice(2000), { sampleRate: 48_000 }));
    // RFC 6716, section 4.2.3: the bit after that for voice activity announces the copy.
    const withCopy = packets.filter(({ data }) => ((data[1] ?? 0) & 0x40) !== 0);
    assert.ok(withCopy.length > packets.length / 2, `${withCopy.length} of ${packets.length}`);
  });

  it('goes on when the source changes rate and channels', async () => {
    const mono = unitsOf(tone({ frequency: 1000, sampleRate: 16_000, durationMs: 200 }), {
      sampleRate: 16_000,
    });
    const stereo = tone({ frequency: 1000, sampleRate: 48_000, channels: 2, durationMs: 200 });
    const packets = await encoded([
      ...mono,
      ...unitsOf(stereo, { sampleRate: 48_000, channels: 2, fromMs: 200 }),
    ]);
    assert.deepEqual([...new Set(packets.map(each => each.channels))], [1, 2]);
    assert.equal(packets.at(-1)?.timestampMs, 380);
  });

  it('passes on what is Opus already', async () => {
    const [packet] = await encoded(unitsOf(voice(40), { sampleRate: 48_000 }));
    assert.ok(packet);
    const [passed] = await encoded([packet]);
    assert.equal(passed, packet);
  });

  it('ends with its source, the last sound included', async () => {
    const { track, push, end } = manualSound();
    const heard = await listenTo(new OpusRendition(track));
    for (const unit of unitsOf(voice(50), { sampleRate: 48_000, unitMs: 10 })) push(unit);
    assert.equal(heard.units.length, 2);
    end();
    assert.equal(heard.units.length, 3);
    assert.equal(heard.ended, 1);
    await heard.close();
    await track.close();
  });

  it('wants nothing of its source any more once it is closed', async () => {
    const { track, push } = manualSound();
    const heard = await listenTo(new OpusRendition(track));
    await heard.close();
    assert.equal(track.listenerCount('state'), 0);
    await track.close();
    assert.throws(() => push(unitsOf(voice(20), { sampleRate: 48_000 })[0] as AudioUnit), /nobody/);
  });
});
