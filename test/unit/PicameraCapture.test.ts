import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, afterEach, before, describe, it } from 'node:test';
import type { PicameraOptions } from '../../engine/capture/CaptureOptions';
import { PicameraCapture } from '../../engine/capture/picamera/PicameraCapture';
import { NAL, nalType, nalUnits } from '../../engine/media/h264/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { DeviceBusyError, type MediaError, SettingError } from '../../engine/model/errors/errors';
import { PicameraMissingError, RpicamMissingError } from '../../engine/model/errors/picameraErrors';
import type { OriginRun } from '../../engine/model/Origin';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { RpicamFinder } from '../../engine/process/rpicam';
import { childrenOf } from '../support/processes';
import { StandInRpicam } from '../support/rpicam/StandInRpicam';
import { PI_4, PI_5, type StandInSetup } from '../support/rpicam/setup';
import { waitFor } from '../support/waitFor';

/** Long enough for a busy machine to start two programs, in ms. */
const LIMIT_MS = 30_000;

let standIn: StandInRpicam;
before(() => {
  standIn = new StandInRpicam();
});
after(() => standIn.remove());

const runs: OriginRun[] = [];
afterEach(async () => {
  await Promise.all(runs.splice(0).map(run => run.close()));
  assert.deepEqual(programs(), [], 'a camera program was left behind');
});

const programs = (): (readonly string[])[] =>
  childrenOf(process.pid)
    .map(({ command }) => command)
    .filter(command => command.includes(standIn.path));

interface Opened {
  readonly capture: PicameraCapture;
  readonly units: AccessUnit[];
  readonly failures: MediaError[];
  readonly run: OriginRun;
  enough(count: number): Promise<AccessUnit[]>;
  failure(): Promise<MediaError>;
}

/** Opens a camera of 320x240 on such a machine. */
function open(
  setup: Partial<StandInSetup>,
  options: Partial<PicameraOptions> = {},
  finder?: RpicamFinder,
): Opened {
  standIn.change({ ...PI_4, ...setup });
  const units: AccessUnit[] = [];
  const failures: MediaError[] = [];
  const capture = new PicameraCapture(
    {
      source: 'picamera',
      camera: 0,
      encoder: 'auto',
      controls: { width: 320, height: 240 },
      hasTestPattern: false,
      ...options,
    },
    {
      rpicam: finder ?? new RpicamFinder({ setting: standIn.path }),
      ffmpeg: new FfmpegFinder(),
      sysRoot: standIn.sysRoot,
    },
  );
  const run = capture.open({
    unit: unit => units.push(unit),
    failed: error => failures.push(error),
    ended: () => assert.fail('a camera has no end'),
  });
  runs.push(run);
  const enough = (count: number) =>
    waitFor(`${count} pictures`, LIMIT_MS, () => {
      if (failures[0]) throw failures[0];
      return units.length >= count ? units : undefined;
    });
  const failure = () => waitFor('failure', LIMIT_MS, () => failures[0]);
  return { capture, units, failures, run, enough, failure };
}

const typesOf = ({ data }: AccessUnit) => [...nalUnits(data)].map(nalType);

describe('PicameraCapture on a Raspberry Pi with a hardware encoder', () => {
  it('passes H.264 on with its parameter sets, by one process and no more', async () => {
    const { enough, capture } = open({}, { controls: { ...SMALL, keyframeInterval: 0.5 } });
    const units = await enough(40);
    assert.deepEqual(capture.about, { via: 'hw' });
    assert.equal(programs().length, 1);
    assert.deepEqual(
      childrenOf(process.pid).filter(({ name }) => name.startsWith('ffmpeg')),
      [],
    );
    assert.ok(units.every(({ codec, width }) => codec === 'H264' && width === 320));
    const keys = units.filter(({ key }) => key);
    assert.ok(keys.length >= 2, `${keys.length} keyframes`);
    for (const key of keys) assert.deepEqual(typesOf(key).slice(0, 3), [NAL.sps, NAL.pps, NAL.idr]);
    assert.deepEqual(typesOf(units[1] as AccessUnit), [NAL.slice]);
  });

  it('hands a picture over when it is complete, not when the next begins', async () => {
    const { enough, units } = open({ pictures: 3 });
    await enough(3);
    assert.equal(units.length, 3);
  });

  it('gives pictures the times of the camera: even, however they arrive', async () => {
    const { enough } = open({}, { controls: { ...SMALL, frameRate: 20 } });
    const times = (await enough(30)).map(({ timestampMs }) => timestampMs);
    const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Slowly nearer to the truth with each, and a jump where the machine was busy at the start.
    const even = steps.filter(step => Math.abs(step - 50) < 5);
    assert.ok(even.length > steps.length - 4, `${steps} ms`);
  });

  it('can be caught up with from the newest keyframe', async () => {
    const { enough, run } = open({});
    await enough(5);
    const [first] = run.catchUp?.() ?? [];
    assert.equal(first?.key, true);
  });

  it('goes on with other controls after a restart, beginning with a keyframe', async () => {
    const { capture, enough, units, failures } = open({});
    await enough(3);
    const [before] = programs();
    capture.change({
      ...{ source: 'picamera', camera: 0, encoder: 'auto', hasTestPattern: false },
      controls: { ...SMALL, ev: 1, roi: '0.25,0.25,0.5,0.5' },
    });
    const count = units.length;
    await enough(count + 3);
    const after = await waitFor('other program', LIMIT_MS, () => {
      const [now] = programs();
      return now && now !== before && now.includes('--ev') ? now : undefined;
    });
    assert.equal(after[after.indexOf('--ev') + 1], '1');
    assert.equal(after[after.indexOf('--roi') + 1], '0.25,0.25,0.5,0.5');
    await waitFor('second keyframe', LIMIT_MS, () => units.slice(count).some(({ key }) => key));
    assert.deepEqual(failures, []);
    assert.equal(programs().length, 1);
  });

  it('takes the last of several changes', async () => {
    const { capture, enough } = open({});
    await enough(1);
    for (const ev of [1, 2, 3]) {
      capture.change({
        ...{ source: 'picamera', camera: 0, encoder: 'auto', hasTestPattern: false },
        controls: { ...SMALL, ev },
      });
    }
    const [last] = await waitFor('program with the last change', LIMIT_MS, () => {
      const all = programs();
      return all.length === 1 && all[0]?.[all[0].indexOf('--ev') + 1] === '3' ? all : undefined;
    });
    assert.ok(last);
  });

  it('leaves nothing in the directory of temporary files', async () => {
    const fifos = () =>
      readdirSync(tmpdir()).filter(name => name.startsWith(`rtcbot-fifo-${process.pid}-`));
    const before = fifos();
    const { enough, run } = open({});
    await enough(1);
    assert.equal(fifos().length, before.length + 1);
    await run.close();
    assert.deepEqual(fifos(), before);
  });

  it('turns pictures by 90 degrees with ffmpeg', async () => {
    const { enough, capture } = open({}, { controls: { ...SMALL, rotation: '90' } });
    const [unit] = await enough(2);
    assert.deepEqual([unit?.codec, unit?.width, unit?.height], ['I420', 240, 320]);
    assert.deepEqual(capture.about, { via: 'jpeg' });
  });
});

describe('PicameraCapture on a Raspberry Pi without a hardware encoder', () => {
  it('takes raw pictures, in the range of video', async () => {
    const { enough, capture } = open(PI_5, { controls: { width: 640, height: 480 } });
    const [unit] = await enough(2);
    assert.deepEqual(capture.about, { via: 'yuv' });
    assert.deepEqual([unit?.codec, unit?.width, unit?.height], ['I420', 640, 480]);
    const luma = unit?.data.subarray(0, 640 * 480) ?? Buffer.alloc(0);
    const [darkest, brightest] = luma.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const,
      [255, 0] as readonly [number, number],
    );
    assert.ok(darkest >= 16 && darkest < 40, `darkest ${darkest}`);
    assert.ok(brightest <= 235 && brightest > 210, `brightest ${brightest}`);
  });

  it('takes JPEG of a width whose raw rows would be padded', async () => {
    const { enough, capture } = open(PI_5, { encoder: 'jpeg' });
    const units = await enough(3);
    assert.deepEqual(capture.about, { via: 'jpeg' });
    assert.ok(units.every(({ codec, width }) => codec === 'JPEG' && width === 320));
  });

  it("takes the program's own H.264 when told to", async () => {
    const { enough, capture } = open(PI_5, { encoder: 'camera' });
    const units = await enough(5);
    assert.deepEqual(capture.about, { via: 'x264' });
    assert.ok(units.every(({ codec }) => codec === 'H264'));
  });

  it('takes pictures instead of H.264 with B-frames, which old versions make', async () => {
    const { enough, units } = open({ ...PI_5, version: '1.4.0' }, { encoder: 'camera' });
    await enough(1);
    await waitFor('JPEG', LIMIT_MS, () => units.at(-1)?.codec === 'JPEG');
  });
});

describe('PicameraCapture', () => {
  it('leaves out what an old version does not know, and says so', async () => {
    const { enough, capture } = open(
      { version: '1.0.0' },
      { controls: { ...SMALL, autofocusMode: 'auto', ev: 1 } },
    );
    await enough(1);
    assert.deepEqual(capture.about.leftOut, ['autofocus-mode']);
    assert.ok(programs()[0]?.includes('--ev'));
  });

  for (const { it: sentence, setup, options = {}, expected } of [
    { it: 'no camera', setup: { cameras: [] }, expected: PicameraMissingError },
    {
      it: 'not this camera',
      setup: {},
      options: { camera: 1 },
      expected: PicameraMissingError,
    },
    { it: 'a busy camera', setup: { isBusy: true }, expected: DeviceBusyError },
    {
      it: 'a value that only the program knows to be wrong',
      setup: {},
      options: { controls: { awb: 'moonlight' } },
      expected: SettingError,
    },
  ]) {
    it(`fails with cause and cure: ${sentence}`, async () => {
      const { failure } = open(setup, options);
      assert.ok((await failure()) instanceof expected);
    });
  }

  it('fails without the program, and shows a test pattern instead if it may', async () => {
    const none = new RpicamFinder({ env: { PATH: '/nonexistent' } });
    assert.ok((await open({}, {}, none).failure()) instanceof RpicamMissingError);
    const { enough, capture } = open({}, { hasTestPattern: true }, none);
    const [unit] = await enough(2);
    assert.deepEqual([unit?.codec, unit?.width], ['I420', 320]);
    assert.deepEqual(capture.about, { via: 'test' });
  });

  it('shows a test pattern without a camera if it may', async () => {
    const { enough, capture } = open({ cameras: [] }, { hasTestPattern: true });
    await enough(2);
    assert.deepEqual(capture.about, { via: 'test' });
  });

  it('frees the camera before its close is over, even while it starts', async () => {
    const { run } = open({});
    await run.close();
    assert.deepEqual(programs(), []);
    const second = open({});
    await waitFor('program', LIMIT_MS, () => programs().some(args => args.includes('--codec')));
    await second.run.close();
    assert.deepEqual(programs(), []);
  });
});

const SMALL = { width: 320, height: 240 };
