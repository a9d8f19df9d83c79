import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { opusSamples } from '../../engine/media/audio/opusSamples';

/** A packet's start: config, frame count code, and its second byte. */
const packet = (config: number, code: number, count = 0) =>
  Buffer.from([(config << 3) | code, count, 1, 2]);

describe('opusSamples', () => {
  for (const { it: sentence, config, code, count, samples } of [
    { it: 'one frame of SILK, 10 ms', config: 0, code: 0, samples: 480 },
    { it: 'one frame of SILK, 20 ms', config: 9, code: 0, samples: 960 },
    { it: 'one frame of SILK, 60 ms', config: 11, code: 0, samples: 2880 },
    { it: 'a hybrid frame of 10 ms', config: 12, code: 0, samples: 480 },
    { it: 'a hybrid frame of 20 ms', config: 15, code: 0, samples: 960 },
    { it: 'a frame of CELT, 2.5 ms', config: 16, code: 0, samples: 120 },
    { it: 'a frame of CELT, 20 ms', config: 31, code: 0, samples: 960 },
    { it: 'two frames of the same size', config: 31, code: 1, samples: 1920 },
    { it: 'two frames of different sizes', config: 31, code: 2, samples: 1920 },
    { it: 'three frames', config: 31, code: 3, count: 3, samples: 2880 },
    {
      it: 'frames with padding and of variable size',
      config: 31,
      code: 3,
      count: 0xc6,
      samples: 5760,
    },
    { it: 'no frames at all', config: 31, code: 3, count: 0, samples: undefined },
    { it: 'more than 120 ms', config: 31, code: 3, count: 7, samples: undefined },
  ]) {
    it(`counts ${sentence}`, () => {
      assert.equal(opusSamples(packet(config, code, count)), samples);
    });
  }

  it('counts a packet that stands for silence', () => {
    assert.equal(opusSamples(Buffer.from([31 << 3])), 960);
  });

  it('is undefined for an empty packet', () => {
    assert.equal(opusSamples(Buffer.alloc(0)), undefined);
  });
});
