import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { path as packagedPath } from '@ffmpeg-installer/ffmpeg';
import { FfmpegMissingError, SettingError } from '../../engine/model/errors/errors';
import { FfmpegFinder, parseFfmpegEncoders, parseFfmpegVersion } from '../../engine/process/ffmpeg';
import { ffmpegCandidates } from '../../engine/process/ffmpegCandidates';

const directory = mkdtempSync(join(tmpdir(), 'rtcbot-ffmpeg-'));
after(() => rmSync(directory, { recursive: true }));

/** A program of ours that says what an ffmpeg would. */
function program(name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const ABOUT_6 =
  'ffmpeg version 6.1.1-3ubuntu5 Copyright (c)\nlibavformat    60. 16.100 / 60. 16.100';

function fakeFfmpeg(name: string, encoders: string): string {
  return program(
    name,
    `case "$2" in -version) echo '${ABOUT_6}';; -encoders) echo '${encoders}';; esac`,
  );
}

describe('parseFfmpegVersion', () => {
  for (const { it: sentence, text, version, fps, rtsp } of [
    {
      it: 'reads a static build of 2018 without a release number',
      text: 'ffmpeg version N-47683-g0e8eb07980-static https://example.org/  Copyright (c) 2000-2018 the FFmpeg developers\nlibavutil      56. 24.101 / 56. 24.101\nlibavformat    58. 23.100 / 58. 23.100',
      version: 'N-47683-g0e8eb07980-static',
      fps: '-vsync',
      rtsp: 'stimeout',
    },
    {
      it: 'reads 4.3 of Raspberry Pi OS',
      text: 'ffmpeg version 4.3.9-0+deb11u1+rpt3 Copyright (c) 2000-2025\nlibavformat    58. 45.100 / 58. 45.100',
      version: '4.3.9-0+deb11u1+rpt3',
      fps: '-vsync',
      rtsp: 'stimeout',
    },
    {
      it: 'reads 5.0, which has the new RTSP option but not the new sync option',
      text: 'ffmpeg version 5.0.1 Copyright (c)\nlibavformat    59. 16.100 / 59. 16.100',
      version: '5.0.1',
      fps: '-vsync',
      rtsp: 'timeout',
    },
    {
      it: 'reads 5.1 of Debian',
      text: 'ffmpeg version 5.1.9-0+deb12u1 Copyright (c)\nlibavformat    59. 27.100 / 59. 27.100',
      version: '5.1.9-0+deb12u1',
      fps: '-fps_mode',
      rtsp: 'timeout',
    },
    {
      it: 'reads 7.1',
      text: 'ffmpeg version 7.1.1-1+rpt1 Copyright (c)\nlibavformat    61.  7.100 / 61.  7.103',
      version: '7.1.1-1+rpt1',
      fps: '-fps_mode',
      rtsp: 'timeout',
    },
    {
      it: 'reads a nightly build of today',
      text: 'ffmpeg version N-119584-g06cee0c681-20250520 Copyright (c)\nlibavformat    62.  0.102 / 62.  0.102',
      version: 'N-119584-g06cee0c681-20250520',
      fps: '-fps_mode',
      rtsp: 'timeout',
    },
  ]) {
    it(sentence, () => {
      const found = parseFfmpegVersion(text);
      assert.equal(found?.version, version);
      assert.deepEqual(found?.passthrough, [fps, 'passthrough']);
      assert.equal(found?.rtspTimeoutOption, rtsp);
      assert.equal(found?.ownSizes, rtsp === 'timeout' ? '-noautoscale' : undefined);
    });
  }

  it('refuses what is not ffmpeg', () => {
    assert.equal(parseFfmpegVersion('GNU bash, version 5.2.15'), undefined);
  });
});

describe('parseFfmpegEncoders', () => {
  it('takes the names and leaves the legend out', () => {
    const text = `Encoders:
 V..... = Video
 .F.... = Frame-level multithreading
 ------
 V..... libx264              libx264 H.264 / AVC (codec h264)
 VF.... ffv1                 FFmpeg video codec #1
 V....D mjpeg                MJPEG (Motion JPEG)
 A....D libopus              libopus Opus (codec opus)`;
    assert.deepEqual([...parseFfmpegEncoders(text)], ['libx264', 'ffv1', 'mjpeg', 'libopus']);
  });
});

describe('ffmpegCandidates', () => {
  const load = (name: string): unknown => {
    if (name === 'ffmpeg-static') return '/modules/static';
    return { path: '/modules/installer' };
  };
  const paths = (...input: Parameters<typeof ffmpegCandidates>): string[] =>
    ffmpegCandidates(...input).map(candidate => candidate.path);

  for (const { it: sentence, setting, env, loader, expected } of [
    {
      it: 'takes the setting alone',
      setting: '/opt/ffmpeg',
      env: { FFMPEG_PATH: '/a' },
      loader: load,
      expected: ['/opt/ffmpeg'],
    },
    {
      it: 'asks the environment first, then PATH, then the packages',
      setting: undefined,
      env: { FFMPEG_BIN: '/b', FFMPEG_PATH: '/a' },
      loader: load,
      expected: ['/a', '/b', 'ffmpeg', '/modules/static', '/modules/installer'],
    },
    {
      it: 'lives without packages',
      setting: '',
      env: { FFMPEG_PATH: '' },
      loader: () => {
        throw new Error('absent');
      },
      expected: ['ffmpeg'],
    },
    {
      it: 'lives with packages that have nothing for this platform',
      setting: undefined,
      env: {},
      loader: () => null,
      expected: ['ffmpeg'],
    },
  ]) {
    it(sentence, () => assert.deepEqual(paths(setting, env, loader), expected));
  }
});

describe('FfmpegFinder', () => {
  for (const name of ['ffmpeg', packagedPath]) {
    it(`learns what ${name === 'ffmpeg' ? 'the one on PATH' : 'the packaged one'} can do`, async () => {
      const found = await new FfmpegFinder({ setting: name }).find();
      assert.equal(found.path, name);
      assert.ok(
        found.encoders.has('libx264') &&
          found.encoders.has('libvpx') &&
          found.encoders.has('mjpeg'),
      );
    });
  }

  it('passes over candidates that are absent, no ffmpeg, or cannot encode', async () => {
    const good = fakeFfmpeg('good', ' V....D libvpx  VP8');
    const candidates = () =>
      [
        '/nowhere/ffmpeg',
        program('shell', 'echo hello'),
        program('broken', 'exit 127'),
        fakeFfmpeg('poor', ' V....D mjpeg  MJPEG'),
        good,
      ].map(path => ({ path }));
    const found = await new FfmpegFinder({ candidates }).find();
    assert.deepEqual([found.path, found.version], [good, '6.1.1-3ubuntu5']);
  });

  it('names the setting that does not run', async () => {
    await assert.rejects(
      new FfmpegFinder({ setting: '/nowhere/ffmpeg' }).find(),
      (error: unknown) => {
        assert.ok(error instanceof SettingError);
        assert.match(error.message, /\/nowhere\/ffmpeg does not run/);
        return true;
      },
    );
  });

  it('says that ffmpeg is missing, and finds it once it is there', async () => {
    const path = join(directory, 'later');
    const finder = new FfmpegFinder({ candidates: () => [{ path }] });
    await assert.rejects(finder.find(), FfmpegMissingError);
    fakeFfmpeg('later', ' V....D libx264  H.264');
    assert.equal((await finder.find()).path, path);
  });

  it('looks once, however many ask', async () => {
    let looks = 0;
    const path = fakeFfmpeg('once', ' V....D libx264  H.264');
    const candidates = () => {
      looks++;
      return [{ path }];
    };
    const finder = new FfmpegFinder({ candidates });
    const [first, second] = await Promise.all([finder.find(), finder.find()]);
    assert.equal(first, second);
    assert.equal(await finder.find(), first);
    assert.equal(looks, 1);
  });

  it('makes a packaged program executable whose install script did not run', async () => {
    const path = join(directory, 'unpacked');
    copyFileSync(fakeFfmpeg('template', ' V....D libx264  H.264'), path);
    chmodSync(path, 0o644);
    const env = { PATH: '/nowhere' };
    const candidates = () => ffmpegCandidates(undefined, env, () => path);
    assert.equal((await new FfmpegFinder({ candidates, env }).find()).path, path);
    assert.equal(statSync(path).mode & 0o777, 0o755);
  });
});
