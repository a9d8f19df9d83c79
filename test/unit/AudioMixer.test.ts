import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AudioInput, BLOCK_SAMPLES } from '../../engine/media/audio/audioBlock';
import { AudioMixer } from '../../engine/output/speaker/AudioMixer';

/** An input that always gives the same value. */
function constant(value: number): AudioInput {
  const block = new Int16Array(BLOCK_SAMPLES).fill(value);
  return { isActive: true, pull: () => block };
}

const silent: AudioInput = { isActive: false, pull: () => undefined };

/** The samples of so many blocks. */
function mixed(mixer: AudioMixer, blocks = 1): number[] {
  return Array.from({ length: blocks }, () => {
    const bytes = mixer.mix();
    return Array.from({ length: BLOCK_SAMPLES }, (_, i) => bytes.readInt16LE(i * 2));
  }).flat();
}

function mixerOf(inputs: readonly AudioInput[], options = {}): AudioMixer {
  const mixer = new AudioMixer(options);
  for (const input of inputs) mixer.add(input);
  return mixer;
}

describe('An AudioMixer', () => {
  for (const { it: sentence, inputs, options, value } of [
    { it: 'is silent without inputs', inputs: [], options: {}, value: 0 },
    { it: 'gives one input as it came', inputs: [constant(-32_767)], options: {}, value: -32_767 },
    { it: 'adds inputs up', inputs: [constant(1000), constant(-300)], options: {}, value: 700 },
    { it: 'takes silence for nothing', inputs: [silent, constant(5)], options: {}, value: 5 },
    { it: 'turns down', inputs: [constant(1000)], options: { volume: 0.25 }, value: 250 },
    { it: 'is silent when muted', inputs: [constant(1000)], options: { muted: true }, value: 0 },
    {
      it: 'takes no volume above 1',
      inputs: [constant(1000)],
      options: { volume: 7 },
      value: 1000,
    },
    {
      it: 'takes NaN for silence',
      inputs: [constant(9)],
      options: { volume: Number.NaN },
      value: 0,
    },
  ]) {
    it(sentence, () => {
      const samples = mixed(mixerOf(inputs, options), 2);
      assert.deepEqual(new Set(samples.map(sample => sample + 0)), new Set([value]));
    });
  }

  it('keeps what is too loud below the limit, and never turns it around', () => {
    const samples = mixed(mixerOf([constant(30_000), constant(30_000)]), 3);
    assert.ok(samples.every(sample => sample > 32_000 && sample <= 32_767));
  });

  it('gives the loudness back after a peak, slowly', () => {
    const mixer = mixerOf([constant(20_000)]);
    const loud = constant(32_000);
    mixer.add(loud);
    mixed(mixer, 5);
    mixer.remove(loud);
    const [first = 0] = mixed(mixer).slice(-1);
    assert.ok(first < 15_000, String(first));
    assert.equal(mixed(mixer, 50).at(-1), 20_000);
  });

  for (const { it: sentence, change, value } of [
    { it: 'changes the volume', change: (m: AudioMixer) => m.setVolume(0.5), value: 10_000 },
    { it: 'mutes', change: (m: AudioMixer) => m.setMuted(true), value: 0 },
  ]) {
    it(`${sentence} within a block, without a click`, () => {
      const mixer = mixerOf([constant(20_000)]);
      const before = mixed(mixer);
      change(mixer);
      const after = mixed(mixer);
      const left = [...before, ...after].filter((_, i) => i % 2 === 0);
      const steps = left.map((sample, i) => Math.abs(sample - (left[i - 1] ?? 20_000)));
      assert.equal(left.at(-1), value);
      assert.ok(Math.max(...steps) < 100, String(Math.max(...steps)));
    });
  }

  it('comes back after muting as loud as before', () => {
    const mixer = mixerOf([constant(1234)], { muted: true });
    mixed(mixer);
    mixer.setMuted(false);
    assert.equal(mixed(mixer).at(-1), 1234);
  });

  it('is active while one of its inputs is', () => {
    const mixer = mixerOf([silent]);
    assert.equal(mixer.isActive, false);
    const input = constant(1);
    mixer.add(input);
    assert.equal(mixer.isActive, true);
    mixer.remove(input);
    assert.equal(mixer.isActive, false);
  });
});
