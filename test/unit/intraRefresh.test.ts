import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { Source } from '../../engine/source/Source';
import { intraRefresh } from '../streams/intraRefresh';
import { rtspStream } from '../streams/rtspStream';
import { decodedPictures, fileOf } from '../support/codedUnits';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 60_000;

describe('An RTSP camera without IDR pictures', () => {
  it('is seen by its first viewer, and by one who comes later', async () => {
    const camera = await rtspStream(intraRefresh());
    const ffmpeg = new FfmpegFinder();
    const origin = new FfmpegCapture(
      { source: 'url', url: camera.url, rtspTransport: 'tcp' },
      { ffmpeg },
    );
    const source = new Source(origin, {
      lingerMs: 0,
      findFfmpeg: () => ffmpeg.find(),
      spare: false,
      log: () => {},
      about: () => origin.about,
    });
    const watch = () => {
      const units: AccessUnit[] = [];
      source.rendition({ codec: 'H264' }).subscribe({ unit: unit => units.push(unit) });
      return units;
    };
    try {
      const first = watch();
      await waitFor('pictures', LIMIT_MS, () => first.length >= 50);
      const second = watch();
      await waitFor('pictures for the second', LIMIT_MS, () => second.length >= 25);
      for (const units of [first, second]) {
        assert.equal(units[0]?.key, true);
        assert.equal(decodedPictures('H264', fileOf(units)), units.length);
      }
      assert.equal(source.state.state, 'live');
    } finally {
      await source.close();
      await camera.close();
    }
  });
});
