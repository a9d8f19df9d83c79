import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { I420Canvas, yuvOf } from '../../engine/capture/testPattern/I420Canvas';
import { type AccessUnit, i420Bytes } from '../../engine/model/AccessUnit';
import { PictureFit } from '../../engine/output/window/PictureFit';

/** Red on the left, blue on the right. */
function striped(width: number, height: number): AccessUnit {
  const canvas = new I420Canvas(width, height);
  canvas.fillRect(0, 0, width / 2, height, yuvOf(1, 0, 0));
  canvas.fillRect(width / 2, 0, width / 2, height, yuvOf(0, 0, 1));
  return { codec: 'I420', data: canvas.data, key: true, timestampMs: 0, width, height };
}

describe('PictureFit', () => {
  for (const { it: sentence, width, height, taken } of [
    { it: 'takes pictures of its size', width: 640, height: 480, taken: true },
    { it: 'takes smaller ones of the same shape', width: 480, height: 360, taken: true },
    { it: 'takes what a coder rounded', width: 214, height: 160, taken: true },
    { it: 'refuses larger ones', width: 1280, height: 960, taken: false },
    { it: 'refuses a picture that was turned', width: 480, height: 640, taken: false },
    { it: 'refuses another shape', width: 640, height: 360, taken: false },
  ]) {
    it(sentence, () => {
      assert.equal(new PictureFit(640, 480).takes({ width, height }), taken);
    });
  }

  it('leaves pictures of its size as they are', () => {
    const picture = striped(64, 48);
    assert.equal(new PictureFit(64, 48).pixelsOf(picture), picture.data);
  });

  it('scales smaller ones up, into memory of their own', () => {
    const fit = new PictureFit(64, 48);
    const small = striped(32, 24);
    const copy = Buffer.from(small.data);
    const scaled = fit.pixelsOf(small);
    const { data } = striped(64, 48);
    assert.equal(scaled.length, data.length);
    // Where the colours meet they are mixed.
    const far = [...scaled.keys()].filter(at => Math.abs((scaled[at] ?? 0) - (data[at] ?? 0)) > 1);
    assert.ok(far.length < data.length * 0.05, `${far.length} bytes differ`);
    assert.deepEqual(small.data, copy);
    assert.notEqual(fit.pixelsOf(small), scaled);
  });

  it('has a plain dark card of its size', () => {
    const card = new PictureFit(64, 48).card();
    assert.equal(card.length, i420Bytes(64, 48));
    assert.deepEqual([...new Set(card.subarray(0, 64 * 48))], [40]);
    assert.deepEqual([...new Set(card.subarray(64 * 48))], [128]);
  });
});
