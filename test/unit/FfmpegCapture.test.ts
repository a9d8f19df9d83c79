import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { path as packagedPath } from '@ffmpeg-installer/ffmpeg';
import type { FfmpegCaptureOptions } from '../../engine/capture/ffmpeg/arguments';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import { nalType, nalUnits } from '../../engine/media/h264/h264';
import { jpegSize } from '../../engine/media/picture/jpeg';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { epochMs } from '../../engine/model/Clock';
import {
  CaptureEndedError,
  FfmpegMissingError,
  FileMissingError,
  type MediaError,
  NoVideoError,
  SourceStalledError,
  StreamMissingError,
  UnauthorizedError,
  UnreachableError,
} from '../../engine/model/errors/errors';
import type { OriginRun } from '../../engine/model/Origin';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { jpegCameraOf } from '../support/jpegCamera';
import { ManualClock } from '../support/ManualClock';

const directory = mkdtempSync(join(tmpdir(), 'rtcbot-capture-'));
after(() => rmSync(directory, { recursive: true }));

/** A film made by ffmpeg: a moving picture of 320x240 at 25 a second. Made once. */
function film(name: string, seconds: number, ...coding: string[]): string {
  const path = join(directory, name);
  const picture = `testsrc2=size=320x240:rate=25:duration=${seconds}`;
  execFileSync(packagedPath, ['-v', 'error', '-y', '-f', 'lavfi', '-i', picture, ...coding, path]);
  return path;
}

const baseline = film(
  'baseline.mp4',
  1.2,
  ...'-c:v libx264 -profile:v baseline -pix_fmt yuv420p -g 10'.split(' '),
);
const high = film(
  'high.mp4',
  1.2,
  ...'-c:v libx264 -profile:v high -bf 0 -pix_fmt yuv420p -g 10'.split(' '),
);
const bframes = film(
  'bframes.mp4',
  1.2,
  ...'-c:v libx264 -bf 2 -x264-params b-adapt=0 -pix_fmt yuv420p'.split(' '),
);
const chroma444 = film('444.mp4', 1.2, '-c:v', 'libx264', '-bf', '0', '-pix_fmt', 'yuv444p');
const jpegs = film('jpegs.avi', 1.2, '-c:v', 'mjpeg', '-q:v', '5');
const vp8 = film('vp8.webm', 1.2, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8');
const multipart = film('pictures', 0.4, '-c:v', 'mjpeg', '-f', 'mpjpeg');

const runs: OriginRun[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(runs.splice(0).map(run => run.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  assert.deepEqual(children(), [], 'a child process was left behind');
});

/** The ffmpegs of this process. */
function children(): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(process.pid), 'ffmpeg'], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean).map(Number);
}

interface Seen {
  units: AccessUnit[];
  end: MediaError | 'ended' | undefined;
  log: string[];
  run: OriginRun;
}

/** Captures until `enough` units have come, or the run is over. */
function capture(
  origin: FfmpegCapture,
  { enough = Infinity, seen = () => {} }: { enough?: number; seen?: (seen: Seen) => void } = {},
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('nothing happened')), 30_000);
    const units: AccessUnit[] = [];
    const finish = (end: Seen['end']): void => {
      clearTimeout(deadline);
      resolve({ ...state, end });
    };
    const run = origin.open({
      unit: unit => {
        units.push(unit);
        seen(state);
        if (units.length === enough) finish(undefined);
      },
      failed: error => finish(error),
      ended: () => finish('ended'),
    });
    runs.push(run);
    const state: Seen = { units, end: undefined, log: [], run };
  });
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise(resolve => server.once('listening', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const jpegCamera = jpegCameraOf(multipart);

const url = (address: string, more: object = {}): FfmpegCaptureOptions => ({
  source: 'url',
  url: address,
  rtspTransport: 'tcp',
  ...more,
});
const file = (path: string, more: object = {}): FfmpegCaptureOptions => ({
  source: 'file',
  path,
  loop: false,
  ...more,
});

const systems = spawnSync('ffmpeg', ['-version']).error ? [] : ['ffmpeg'];
for (const path of [...systems, packagedPath]) {
  const version = execFileSync(path, ['-version'], { encoding: 'utf8' }).split(' ')[2];
  const ffmpeg = new FfmpegFinder({ setting: path });
  const origin = (options: FfmpegCaptureOptions) => new FfmpegCapture(options, { ffmpeg });

  describe(`FfmpegCapture with ffmpeg ${version}`, () => {
    for (const { name, path, profile } of [
      { name: 'baseline', path: baseline, profile: 66 },
      { name: 'high', path: high, profile: 100 },
    ]) {
      it(`passes ${name} profile H.264 without B-frames through, parameter sets before each IDR`, async () => {
        const { units, end } = await capture(origin(file(path)));
        assert.equal(end, 'ended');
        assert.equal(units.length, 30);
        assert.ok(
          units.every(unit => unit.codec === 'H264' && unit.width === 320 && unit.height === 240),
        );
        assert.deepEqual(
          units.flatMap((unit, i) => (unit.key ? [i] : [])),
          [0, 10, 20],
        );
        for (const unit of units.filter(unit => unit.key)) {
          const nals = [...nalUnits(unit.data)];
          assert.deepEqual(nals.slice(0, 2).map(nalType), [7, 8]);
          assert.equal(nals[0]?.[1], profile);
          assert.ok(nals.some(nal => nalType(nal) === 5));
        }
        assert.ok(units.every(unit => ![...nalUnits(unit.data)].some(nal => nalType(nal) === 9)));
      });
    }

    it('stamps the units with the time at which they came, in pace', async () => {
      const before = epochMs();
      const { units } = await capture(origin(file(baseline)));
      const first = units[0]?.timestampMs ?? 0;
      const last = units.at(-1)?.timestampMs ?? 0;
      assert.ok(first > before && last < epochMs());
      assert.ok(last - first > 700, `all within ${last - first} ms`);
    });

    for (const { it: sentence, path, more = {}, width = 320, height = 240, count = 30 } of [
      { it: 'decodes H.264 with B-frames', path: bframes },
      { it: 'decodes H.264 of a profile that browsers do not know', path: chroma444 },
      { it: 'decodes VP8', path: vp8 },
      {
        it: 'decodes to give another size',
        path: baseline,
        more: { width: 160 },
        width: 160,
        height: 120,
      },
      { it: 'decodes to give a lower rate', path: baseline, more: { frameRate: 10 }, count: 12 },
    ]) {
      it(sentence, async () => {
        const { units, end } = await capture(origin(file(path, more)));
        const pictures = units.filter(unit => unit.codec === 'I420');
        assert.equal(end, 'ended');
        assert.equal(units.length, pictures.length);
        assert.ok(Math.abs(pictures.length - count) <= 1, `${pictures.length} pictures`);
        for (const picture of pictures) {
          assert.deepEqual([picture.width, picture.height, picture.key], [width, height, true]);
          assert.equal(picture.data.length, (width * height * 3) / 2);
        }
      });
    }

    it('remembers what it learnt, so that the next run goes straight', async () => {
      const log: string[] = [];
      const origin = new FfmpegCapture(file(bframes), { ffmpeg, log: text => log.push(text) });
      await capture(origin, { enough: 1 });
      assert.deepEqual(log, [`${bframes}: B-frames, so I420 is taken instead of H264`]);
      await capture(origin, { enough: 1 });
      assert.equal(log.length, 1);
    });

    it('passes the JPEG pictures of a film through', async () => {
      const { units, end } = await capture(origin(file(jpegs)));
      assert.equal(end, 'ended');
      assert.equal(units.length, 30);
      for (const { codec, data, width, height } of units) {
        assert.deepEqual(
          [codec, width, height, jpegSize(data)],
          ['JPEG', 320, 240, { width, height }],
        );
      }
    });

    it('passes the JPEG pictures of a network camera through', async () => {
      const address = await serve(jpegCamera);
      const { units } = await capture(origin(url(`http://${address}/video`)), { enough: 12 });
      assert.ok(units.every(unit => unit.codec === 'JPEG' && unit.width === 320));
    });

    it('reduces the rate of a network camera that does not tell times', async () => {
      const address = await serve(jpegCamera);
      const { units } = await capture(origin(url(`http://${address}/video`, { frameRate: 5 })), {
        enough: 12,
      });
      assert.equal(units.length, 12);
      // The first ones come at once: they were kept while ffmpeg looked at the stream.
      const times = units.slice(-6).map(unit => unit.timestampMs);
      const meanMs = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 5;
      assert.ok(meanMs > 170 && meanMs < 230, `one every ${meanMs} ms`);
    });

    it('does not take the cover picture of a film for the video', async () => {
      const cover = film('cover.jpg', 0.04, '-frames:v', '1');
      const covered = join(directory, `covered-${version}.mp4`);
      const inputs = ['-i', cover, '-i', baseline, '-map', '0', '-map', '1:v', '-c', 'copy'];
      const disposition = ['-disposition:v:0', 'attached_pic'];
      execFileSync(path, ['-v', 'error', '-y', ...inputs, ...disposition, covered]);
      const { units } = await capture(origin(file(covered)), { enough: 5 });
      assert.ok(units.every(({ codec }) => codec === 'H264'));
    });

    it('plays a looped film on and on', async () => {
      const { units } = await capture(origin(file(baseline, { loop: true })), { enough: 70 });
      assert.equal(units.filter(unit => unit.key).length, 7);
    });

    it('hands a late viewer the units since the newest keyframe', async () => {
      const { units, run } = await capture(origin(file(baseline)), { enough: 15 });
      const late = run.catchUp?.() ?? [];
      assert.deepEqual(late, units.slice(10, 15));
      await run.close();
      assert.deepEqual(run.catchUp?.(), []);
    });

    it('fails when ffmpeg is killed', async () => {
      let killed = false;
      const { end } = await capture(origin(file(baseline, { loop: true })), {
        seen: ({ units }) => {
          if (killed || units.length < 3) return;
          killed = true;
          for (const pid of children()) process.kill(pid, 'SIGKILL');
        },
      });
      assert.ok(end instanceof CaptureEndedError);
      assert.match(end.message, /killed by SIGKILL/);
    });

    it('leaves no process when it is closed, at whatever moment', async () => {
      for (const turns of [0, 1, 5, 20, 60]) {
        let after = 0;
        const count = () => after++;
        const run = origin(file(bframes)).open({ unit: count, failed: count, ended: count });
        for (let i = 0; i < turns; i++) await new Promise(resolve => setImmediate(resolve));
        const closed = Promise.all([run.close(), run.close()]);
        after = 0;
        await closed;
        assert.deepEqual(children(), []);
        assert.equal(after, 0);
      }
    });

    for (const { it: sentence, options, error } of [
      {
        it: 'says that a file does not exist',
        options: file('/nowhere/film.mp4'),
        error: FileMissingError,
      },
      { it: 'says that a file holds no video', options: file(__filename), error: NoVideoError },
      {
        it: 'says that a server is not there',
        options: url('http://127.0.0.1:9/video'),
        error: UnreachableError,
      },
      {
        it: 'says that a camera is not there',
        options: url('rtsp://127.0.0.1:9/video'),
        error: UnreachableError,
      },
    ]) {
      it(sentence, async () => {
        const { end } = await capture(origin(options));
        assert.ok(end instanceof error, String(end));
      });
    }

    it('logs in with any user name and password, and tells neither', async () => {
      const secret = { user: 'ann@home', password: 'p:/?#[]@ %é' };
      const wanted = `Basic ${Buffer.from('ann@home:p:/?#[]@ %é').toString('base64')}`;
      const address = await serve((request, response) => {
        if (request.headers.authorization === wanted && request.url === '/video')
          jpegCamera(request, response);
        else
          response
            .writeHead(request.url === '/gone' ? 404 : 401, {
              'www-authenticate': 'Basic realm="x"',
            })
            .end();
      });
      const { units } = await capture(origin(url(`http://${address}/video`, secret)), {
        enough: 1,
      });
      assert.equal(units.length, 1);

      for (const { path, error } of [
        { path: 'other', error: UnauthorizedError },
        { path: 'gone', error: StreamMissingError },
      ]) {
        const failing = origin(url(`http://${address}/${path}`, secret));
        const { end } = await capture(failing);
        assert.ok(end instanceof error, String(end));
        const told = [
          end.message,
          end.stack,
          String(end.cause),
          JSON.stringify(end.facts),
          failing.label,
        ].join();
        assert.doesNotMatch(told, /ann|home|%3A|\?#/);
      }
    });
  });
}

describe('FfmpegCapture', () => {
  it('fails when there is no ffmpeg', async () => {
    const ffmpeg = new FfmpegFinder({ candidates: () => [] });
    const { end } = await capture(new FfmpegCapture(file(baseline), { ffmpeg }));
    assert.ok(end instanceof FfmpegMissingError);
  });

  it('gives a camera up that never sends a picture', async () => {
    const clock = new ManualClock();
    const address = await serve(() => clock.advance(15_000));
    const ffmpeg = new FfmpegFinder({ setting: packagedPath });
    const { end } = await capture(new FfmpegCapture(url(`http://${address}/`), { ffmpeg, clock }));
    assert.ok(end instanceof SourceStalledError, String(end));
    assert.equal(end.facts.seconds, 15);
  });

  it('gives a camera up that falls silent', async () => {
    const clock = new ManualClock();
    const address = await serve(jpegCamera);
    const ffmpeg = new FfmpegFinder({ setting: packagedPath });
    const { end } = await capture(new FfmpegCapture(url(`http://${address}/`), { ffmpeg, clock }), {
      seen: ({ units }) => {
        if (units.length === 3) clock.advance(9_999);
        if (units.length === 5) clock.advance(10_000);
      },
    });
    assert.ok(end instanceof SourceStalledError, String(end));
  });
});
