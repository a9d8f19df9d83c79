import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestPicture } from '../../engine/capture/testPattern/TestPicture';

const [WIDTH, HEIGHT] = [640, 480];
const TIME_MS = Date.UTC(2026, 2, 3, 4, 5, 6, 789);

/** The three values at a pixel. */
function colorAt(picture: Buffer, x: number, y: number): number[] {
  const chroma = WIDTH * HEIGHT + (y >> 1) * (WIDTH / 2) + (x >> 1);
  return [y * WIDTH + x, chroma, chroma + (WIDTH * HEIGHT) / 4].map(at => picture[at] ?? -1);
}

describe('TestPicture', () => {
  const picture = new TestPicture(WIDTH, HEIGHT, 30);

  it('has seven bars at 75 % in BT.601 colours, but where the ball is', () => {
    const bars = [
      [180, 128, 128],
      [162, 44, 142],
      [131, 156, 44],
      [112, 72, 58],
      [84, 184, 198],
      [65, 100, 212],
      [35, 212, 114],
    ];
    const drawn = picture.draw(TIME_MS, 0);
    let hidden = 0;
    for (const [i, expected] of bars.entries()) {
      const color = colorAt(drawn, Math.round(((i + 0.5) * WIDTH) / 7), 280);
      if (!color.every((value, plane) => Math.abs(value - (expected[plane] ?? 0)) <= 1))
        hidden += 1;
    }
    assert.ok(hidden <= 1, `${hidden} bars are wrong`);
  });

  it('is the same for the same time and number, and another one otherwise', () => {
    const drawn = picture.draw(TIME_MS, 7);
    assert.ok(drawn.equals(picture.draw(TIME_MS, 7)));
    assert.ok(drawn.equals(new TestPicture(WIDTH, HEIGHT, 30).draw(TIME_MS, 7)));
    assert.ok(!drawn.equals(picture.draw(TIME_MS, 8)));
    assert.ok(!drawn.equals(picture.draw(TIME_MS + 1, 7)));
  });

  it('keeps to the limited range of brightness while everything moves', () => {
    for (let i = 0; i < 60; i += 1) {
      const luma = picture.draw(TIME_MS + i * 97, i).subarray(0, WIDTH * HEIGHT);
      assert.ok(luma.every(value => value >= 16 && value <= 235));
    }
  });
});
