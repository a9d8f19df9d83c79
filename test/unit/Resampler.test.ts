import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Resampler } from '../../engine/media/audio/Resampler';
import { randomSplits } from '../support/recordings';
import { amplitudeAt, channelOf, frequencyOf, impurityDb, levelDb, tone } from '../support/tones';

const RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100];

function resampled(pcm: Buffer, inputRate: number, outputRate: number, channels = 1): Buffer {
  return new Resampler({ inputRate, outputRate, channels }).push(pcm);
}

/** Leaves the first and the last 10 ms out. */
function middle(samples: Float64Array, sampleRate: number): Float64Array {
  return samples.subarray(sampleRate / 100, samples.length - sampleRate / 100);
}

describe('Resampler', () => {
  for (const rate of [...RATES, 44_099]) {
    for (const [inputRate, outputRate] of [
      [rate, 48_000],
      [48_000, rate],
    ] as const) {
      it(`keeps a tone of 1 kHz pure from ${inputRate} to ${outputRate} Hz`, () => {
        const sound = tone({ frequency: 1000, sampleRate: inputRate, durationMs: 500 });
        const output = resampled(sound, inputRate, outputRate);
        const samples = middle(channelOf(output), outputRate);
        assert.ok(Math.abs(frequencyOf(samples, outputRate) / 1000 - 1) < 0.0005);
        assert.ok(Math.abs(levelDb(samples) - levelDb(channelOf(sound))) < 0.05);
        const impurity = impurityDb(samples, outputRate, 1000);
        assert.ok(impurity < -60, `${impurity} dB`);
      });
    }
  }

  for (const { it: sentence, inputRate, outputRate, frequency, alias } of [
    {
      it: 'leaves nothing of 5 kHz at 8000 Hz, where it would sound as 3 kHz',
      inputRate: 48_000,
      outputRate: 8000,
      frequency: 5000,
      alias: 3000,
    },
    {
      it: 'leaves nothing of 13 kHz at 24000 Hz, where it would sound as 11 kHz',
      inputRate: 48_000,
      outputRate: 24_000,
      frequency: 13_000,
      alias: 11_000,
    },
    {
      it: 'adds no image of 3 kHz when 8000 Hz become 48000',
      inputRate: 8000,
      outputRate: 48_000,
      frequency: 3000,
      alias: 5000,
    },
    {
      it: 'adds no image of 18 kHz when 44100 Hz become 48000',
      inputRate: 44_100,
      outputRate: 48_000,
      frequency: 18_000,
      alias: 48_000 - 26_100,
    },
  ]) {
    it(sentence, () => {
      const sound = tone({ frequency, sampleRate: inputRate, durationMs: 500, amplitude: 0.9 });
      const samples = middle(channelOf(resampled(sound, inputRate, outputRate)), outputRate);
      const aliasDb = 20 * Math.log10(amplitudeAt(samples, outputRate, alias) / 0.9);
      assert.ok(aliasDb < -60, `${aliasDb} dB`);
    });
  }

  it('lets speech up to 3.3 kHz through unweakened at 8000 Hz', () => {
    const sound = tone({ frequency: 3300, sampleRate: 48_000, durationMs: 500 });
    const samples = middle(channelOf(resampled(sound, 48_000, 8000)), 8000);
    assert.ok(Math.abs(amplitudeAt(samples, 8000, 3300) - 0.5) < 0.01);
  });

  it('gives the same whatever the size of the chunks', () => {
    const sound = tone({ frequency: 440, sampleRate: 44_100, channels: 2, durationMs: 300 });
    const whole = resampled(sound, 44_100, 48_000, 2);
    const resampler = new Resampler({ inputRate: 44_100, outputRate: 48_000, channels: 2 });
    // Cut between frames of two channels.
    const frames = randomSplits(Buffer.alloc(sound.length / 4), 1, 3000).map(each => each.length);
    let at = 0;
    const pieces = frames.map(count => {
      const piece = resampler.push(sound.subarray(at, at + count * 4));
      at += count * 4;
      return piece;
    });
    assert.deepEqual(Buffer.concat(pieces), whole);
  });

  it('keeps two channels apart', () => {
    const left = channelOf(tone({ frequency: 500, sampleRate: 16_000, durationMs: 200 }));
    const pcm = Buffer.alloc(left.length * 4);
    left.forEach((value, i) => {
      pcm.writeInt16LE(Math.round(value * 32768), i * 4);
    });
    const output = resampled(pcm, 16_000, 48_000, 2);
    assert.ok(levelDb(middle(channelOf(output, 2, 0), 48_000)) > -10);
    assert.equal(levelDb(channelOf(output, 2, 1)), Number.NEGATIVE_INFINITY);
  });

  it('gives as much sound as it was given, the end included', () => {
    for (const rate of RATES) {
      const resampler = new Resampler({ inputRate: rate, outputRate: 48_000, channels: 1 });
      const sound = tone({ frequency: 300, sampleRate: rate, durationMs: 1000 });
      const frames = (resampler.push(sound).length + resampler.end().length) / 2;
      assert.ok(Math.abs(frames - 48_000) <= 48_000 / rate, `${rate} Hz: ${frames}`);
    }
  });

  it('keeps the time: a click comes out when it went in', () => {
    const pcm = Buffer.alloc(16_000 * 2);
    pcm.writeInt16LE(20_000, 8000 * 2);
    const samples = channelOf(resampled(pcm, 16_000, 48_000));
    const peak = samples.indexOf(Math.max(...samples));
    assert.equal(peak, 24_000);
  });

  it('cuts what would go beyond full scale', () => {
    const square = Buffer.alloc(16_000);
    for (let i = 0; i < 8000; i += 1) square.writeInt16LE(i % 80 < 40 ? 32767 : -32768, i * 2);
    const samples = channelOf(resampled(square, 16_000, 48_000));
    const flips = samples.filter((value, i) => Math.abs(value - (samples[i - 1] ?? 0)) > 1.5);
    assert.equal(flips.length, 0);
  });

  it('passes on what has the right rate already', () => {
    const sound = tone({ frequency: 1000, sampleRate: 48_000, durationMs: 20 });
    assert.equal(resampled(sound, 48_000, 48_000), sound);
  });
});
