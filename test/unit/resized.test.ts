import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resized } from '../../engine/media/picture/resized';
import type { AccessUnit } from '../../engine/model/AccessUnit';

function unitIn(codec: AccessUnit['codec'], width: number, height: number, data: number[]) {
  return { codec, width, height, data: Buffer.from(data), key: true, timestampMs: 5 };
}

describe('resized', () => {
  for (const { codec, data, wide, narrow } of [
    { codec: 'GRAY8', data: [1, 2], wide: [1, 1, 2, 2], narrow: [2] },
    {
      codec: 'RGB24',
      data: [1, 2, 3, 4, 5, 6],
      wide: [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6],
      narrow: [4, 5, 6],
    },
    {
      codec: 'RGBA',
      data: [1, 2, 3, 0, 4, 5, 6, 9],
      wide: [1, 2, 3, 0, 1, 2, 3, 0, 4, 5, 6, 9, 4, 5, 6, 9],
      narrow: [4, 5, 6, 9],
    },
    // Two columns share their colour; so do four.
    { codec: 'I420', data: [1, 2, 7, 8], wide: [1, 1, 2, 2, 7, 7, 8, 8], narrow: [2, 7, 8] },
  ] as const) {
    it(`makes ${codec} wider and narrower, in memory of its own`, () => {
      const unit = unitIn(codec, 2, 1, [...data]);
      assert.deepEqual(resized(unit, { width: 4, height: 1 }), {
        ...unit,
        width: 4,
        data: Buffer.from(wide),
      });
      assert.deepEqual([...resized(unit, { width: 1, height: 1 }).data], narrow);
      assert.deepEqual([...unit.data], data);
    });
  }

  it('leaves a picture of this size as it is, and what is coded to who decodes it', () => {
    const pixels = unitIn('GRAY8', 2, 1, [1, 2]);
    assert.equal(resized(pixels, { width: 2, height: 1 }), pixels);
    const jpeg = unitIn('JPEG', 2, 1, [1, 2]);
    assert.equal(resized(jpeg, { width: 4, height: 4 }), jpeg);
  });
});
