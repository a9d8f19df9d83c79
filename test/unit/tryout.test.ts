import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { levelDb } from '../../nodes/lib/tryMicrophone';

function sine(amplitude: number): Buffer {
  const samples = Buffer.alloc(2 * 4800);
  for (let index = 0; index < 4800; index += 1) {
    const value = amplitude * Math.sin((2 * Math.PI * 1000 * index) / 48_000);
    samples.writeInt16LE(Math.round(value * 32_767), 2 * index);
  }
  return samples;
}

describe('The level in the dialog of a microphone', () => {
  for (const { sound, samples, expected } of [
    { sound: 'a sine of full scale', samples: sine(1), expected: -3 },
    { sound: 'a sine of a tenth', samples: sine(0.1), expected: -23 },
    { sound: 'silence', samples: Buffer.alloc(960), expected: -90 },
    { sound: 'nothing', samples: Buffer.alloc(0), expected: -90 },
  ]) {
    it(`of ${sound} is ${expected} dB`, () => {
      assert.ok(Math.abs(levelDb(samples) - expected) < 0.1, `${levelDb(samples)}`);
    });
  }
});
