import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { positionOf } from '../../client/input/stick';

describe('The position of a stick', () => {
  for (const { it: sentence, dx, dy, position } of [
    { it: 'is rest in the middle', dx: 0, dy: 0, position: { x: 0, y: 0 } },
    { it: 'is rest in the dead zone', dx: 6, dy: -7, position: { x: 0, y: 0 } },
    { it: 'is forward at the upper edge', dx: 0, dy: -100, position: { x: 0, y: 1 } },
    { it: 'is to the right at the right edge', dx: 100, dy: 0, position: { x: 1, y: 0 } },
    { it: 'stays within the circle beyond the edge', dx: -300, dy: 0, position: { x: -1, y: 0 } },
    {
      it: 'keeps its direction beyond the edge',
      dx: 300,
      dy: 400,
      position: { x: 0.6, y: -0.8 },
    },
    {
      it: 'is half power half way behind the dead zone',
      dx: 0,
      dy: 55,
      position: { x: 0, y: -0.5 },
    },
  ]) {
    it(sentence, () => assert.deepEqual(positionOf(dx, dy, 100, 0.1), position));
  }

  it('is rest in an element that has no size', () => {
    assert.deepEqual(positionOf(0, 0, 0, 0.1), { x: 0, y: 0 });
  });
});
