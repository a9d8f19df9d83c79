import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import { isSlice, nalType, nalUnits } from '../../engine/media/h264/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { joinedLate } from '../streams/joinedLate';
import { decodedPictures, fileOf } from '../support/codedUnits';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 60_000;

/** Opens an address until so many pictures have come. */
async function capture(url: string, count: number) {
  const units: AccessUnit[] = [];
  const lines: string[] = [];
  const origin = new FfmpegCapture(
    { source: 'url', url, rtspTransport: 'tcp' },
    { ffmpeg: new FfmpegFinder(), log: line => lines.push(line) },
  );
  const failures: string[] = [];
  const run = origin.open({
    unit: unit => units.push(unit),
    failed: error => failures.push(error.message),
    ended: () => failures.push('ended'),
  });
  try {
    await waitFor('pictures', LIMIT_MS, () => units.length >= count || failures.length > 0);
  } finally {
    await run.close();
  }
  assert.deepEqual(failures, []);
  return { units, lines, about: origin.about };
}

describe('A camera that is found between two keyframes', { concurrency: true }, () => {
  it('is passed through as soon as its parameter sets come, however late', async () => {
    const camera = await joinedLate({ keyframeS: 10, lateS: 2 });
    const { units, lines } = await capture(camera.url, 40);
    await camera.close();
    assert.ok(units.every(({ codec }) => codec === 'H264'));
    const [first] = units as [AccessUnit];
    assert.deepEqual([first.key, first.width, first.height], [true, 320, 240]);
    assert.deepEqual([...nalUnits(first.data)].map(nalType).slice(0, 2), [7, 8]);
    assert.ok(units.every(({ data }) => [...nalUnits(data)].filter(isSlice).length === 1));
    assert.equal(decodedPictures('H264', fileOf(units)), units.length);
    assert.match(lines.join(), /parameter sets are still to come/);
  });

  it('is decoded where no keyframe ever comes, and says why', async () => {
    const camera = await joinedLate({ keyframeS: 100, lateS: 2, refreshPictures: 25 });
    const { units, about } = await capture(camera.url, 10);
    await camera.close();
    assert.ok(units.every(({ codec, width }) => codec === 'I420' && width === 320));
    assert.deepEqual(about, { decodes: 'keyframes' });
  });
});
