import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { picameraArguments } from '../../engine/capture/picamera/picameraArguments';
import { picameraSize } from '../../engine/capture/picamera/picameraSize';
import {
  hasH264Hardware,
  type PicameraWay,
  picameraWay,
} from '../../engine/capture/picamera/picameraWay';
import {
  type PICAMERA_CONTROLS,
  type PicameraControls,
  picameraControls,
} from '../../engine/model/picameraControls';
import { parseRpicamOptions, type Rpicam } from '../../engine/process/rpicam';
import { helpText } from '../support/rpicam/options';
import { checkValues, parseOptions } from '../support/rpicam/parse';

/** A version as its own `--help` describes it. */
const versionOf = (version: string, hasLibav = true): Rpicam => ({
  ...{ path: 'rpicam-vid', kind: 'rpicam', version },
  options: parseRpicamOptions(helpText(version, hasLibav)),
});
const NEW = versionOf('1.12.0');
const OLD = versionOf('1.0.0', false);
const RASPIVID: Rpicam = { path: 'raspivid', kind: 'raspivid', version: '', options: new Set() };

const build = (
  controls: PicameraControls,
  { way = 'h264', rpicam = NEW }: { way?: PicameraWay; rpicam?: Rpicam } = {},
) => picameraArguments({ camera: 0, controls, way, rpicam });

const START = '--nopreview --verbose 0 --timeout 0 --camera 0';
const SIZE = '--width 640 --height 480 --framerate 30';
const END = '--flush --output -';

/** A value of each control, and what it makes of the command line. */
const TABLE: Record<keyof typeof PICAMERA_CONTROLS, readonly [unknown, string]> = {
  width: [1280, '--width 1280 --height 960'],
  height: [960, '--width 1280 --height 960'],
  frameRate: [25, '--framerate 25'],
  mode: ['1640:1232:10:P', '--mode 1640:1232:10:P'],
  bitrate: ['2000000', '--bitrate 2000000'],
  keyframeInterval: [0.5, '--intra 15'],
  profile: ['high', '--profile high'],
  hflip: [true, '--hflip'],
  vflip: ['true', '--vflip'],
  rotation: ['180', '--rotation 180'],
  exposure: ['sport', '--exposure sport'],
  metering: ['spot', '--metering spot'],
  ev: ['-0.5', '--ev -0.5'],
  shutter: ['10ms', '--shutter 10ms'],
  gain: [2, '--gain 2'],
  awb: ['tungsten', '--awb tungsten'],
  awbgains: [[1.8, 1.5], '--awbgains 1.8,1.5'],
  brightness: [0.1, '--brightness 0.1'],
  contrast: [1.2, '--contrast 1.2'],
  saturation: [0, '--saturation 0'],
  sharpness: ['2', '--sharpness 2'],
  denoise: ['cdn_fast', '--denoise cdn_fast'],
  autofocusMode: ['continuous', '--autofocus-mode continuous'],
  autofocusRange: ['macro', '--autofocus-range macro'],
  autofocusSpeed: ['fast', '--autofocus-speed fast'],
  autofocusWindow: ['0.4,0.4,0.2,0.2', '--autofocus-window 0.4,0.4,0.2,0.2'],
  lensPosition: [2, '--lens-position 2'],
  hdr: ['single-exp', '--hdr single-exp'],
  roi: [[0.25, 0.25, 0.5, 0.5], '--roi 0.25,0.25,0.5,0.5'],
  flicker: ['50', '--flicker-period 10000us'],
  tuningFile: ['/home/pi/a b.json', '--tuning-file /home/pi/a b.json'],
};

describe('picameraArguments', () => {
  for (const { it: sentence, way, codec } of [
    {
      it: 'asks the hardware for H.264 with start codes',
      way: 'h264',
      codec: '--codec h264 --intra 60 --bitrate 1500000 --inline --profile baseline',
    },
    {
      it: 'asks the program itself for H.264 without B-frames, in a container with sizes',
      way: 'libav',
      codec:
        '--codec libav --libav-format flv --intra 60 --bitrate 1500000 --inline --profile baseline --low-latency',
    },
    { it: 'asks for JPEG', way: 'mjpeg', codec: '--codec mjpeg --quality 70' },
    { it: 'asks for raw pictures', way: 'yuv420', codec: '--codec yuv420' },
  ] as const) {
    it(sentence, () => {
      const bitrate = /--bitrate (\d+)/.exec(build({}, { way }).args.join(' '))?.[1];
      const expected = codec.replace('1500000', bitrate ?? '');
      assert.equal(build({}, { way }).args.join(' '), `${START} ${SIZE} ${expected} ${END}`);
    });
  }

  for (const [name, [value, expected]] of Object.entries(TABLE)) {
    it(`turns ${name} into ${expected}`, () => {
      const { args, leftOut } = build(picameraControls({ [name]: value }));
      assert.ok(` ${args.join(' ')} `.includes(` ${expected} `), args.join(' '));
      assert.deepEqual(leftOut, []);
    });
  }

  it('says nothing of a control that is not set, or as the camera does by itself', () => {
    const controls = picameraControls({ hflip: false, rotation: '0', hdr: 'off', flicker: 'off' });
    assert.deepEqual(build(controls), build({}));
  });

  it('makes command lines that the program takes, in every version', () => {
    const all = Object.fromEntries(Object.entries(TABLE).map(([name, [value]]) => [name, value]));
    const controls = picameraControls(all);
    for (const version of ['1.0.0', '1.1.2', '1.4.4', '1.5.3', '1.6.0', '1.12.0']) {
      for (const hasLibav of [true, false]) {
        for (const way of ['h264', 'mjpeg', 'yuv420', ...(hasLibav ? ['libav'] : [])]) {
          const rpicam = versionOf(version, hasLibav);
          // Only what builds with libav have is asked of them.
          if (way === 'libav' && !rpicam.options.has('libav-format')) continue;
          const { args } = build(controls, { way: way as PicameraWay, rpicam });
          checkValues(parseOptions(args, version, hasLibav));
        }
      }
    }
  });

  it('leaves out what an older version does not know, and tells', () => {
    const controls = picameraControls({
      ev: 1,
      autofocusMode: 'auto',
      lensPosition: '1',
      hdr: 'auto',
    });
    const { args, leftOut } = build(controls, { rpicam: OLD });
    assert.ok(args.includes('--ev'));
    assert.deepEqual(leftOut, ['autofocus-mode', 'lens-position', 'hdr']);
    assert.ok(!args.some(arg => /autofocus|lens|hdr/.test(arg)));
  });

  it('writes times where the program can, to the pipe it is given', () => {
    const request = { camera: 1, controls: {}, way: 'h264', timesPath: '/tmp/fifo' } as const;
    const { args } = picameraArguments({ ...request, rpicam: NEW });
    assert.equal(args[args.indexOf('--save-pts') + 1], '/tmp/fifo');
    assert.equal(args[args.indexOf('--camera') + 1], '1');
  });

  it('never gives a bitrate a unit, which its parser would take for another', () => {
    for (const bitrate of [50_000, 1_500_000.4, 25e6]) {
      const { args } = build(picameraControls({ bitrate }));
      assert.match(args[args.indexOf('--bitrate') + 1] ?? '', /^\d+$/);
    }
  });
});

describe('picameraArguments for raspivid', () => {
  it('speaks its language', () => {
    const controls = picameraControls({
      ...{ width: 1280, height: 720, bitrate: 2e6, hflip: true, rotation: '90', ev: 0.5 },
      ...{ brightness: 0.2, contrast: 1.3, saturation: 0, shutter: '10ms', awb: 'daylight' },
      ...{ exposure: 'sport', metering: 'average', roi: '0,0,0.5,0.5', flicker: '50' },
    });
    const { args, leftOut } = build(controls, { rpicam: RASPIVID });
    assert.deepEqual(leftOut, []);
    assert.deepEqual(
      args.join(' '),
      '-n -t 0 -cs 0 -w 1280 -h 720 -fps 30 -cd H264 -g 60 -ih -pf baseline -b 2000000 ' +
        '-hf -rot 90 -ex sports -mm matrix -ev 3 -ss 10000 -awb sun -br 60 -co 30 -sa -100 ' +
        '-roi 0,0,0.5,0.5 -fli 50hz -fl -o -',
    );
  });

  it('leaves out what it has no word for', () => {
    const controls = picameraControls({ denoise: 'off', autofocusMode: 'auto', awb: 'indoor' });
    assert.deepEqual(build(controls, { rpicam: RASPIVID }).leftOut, [
      'awb',
      'denoise',
      'autofocusMode',
    ]);
  });
});

describe('picameraSize', () => {
  for (const { it: sentence, controls, expected } of [
    { it: 'is 640x480 by default', controls: {}, expected: [640, 480, 30] },
    { it: 'fills in the height', controls: { width: 1296 }, expected: [1296, 972, 30] },
    { it: 'fills in an even width', controls: { height: 250 }, expected: [334, 250, 30] },
    {
      it: 'takes what is given',
      controls: { width: 1920, height: 1080, frameRate: 50 },
      expected: [1920, 1080, 50],
    },
  ]) {
    it(sentence, () => {
      const { width, height, frameRate } = picameraSize(controls);
      assert.deepEqual([width, height, frameRate], expected);
    });
  }
});

describe('picameraWay', () => {
  const HD = { width: 1920, height: 1080 };
  for (const { it: sentence, expected, ...request } of [
    { it: 'takes the hardware', hasHardware: true, expected: 'h264' },
    { it: 'takes the hardware at any size', hasHardware: true, controls: HD, expected: 'h264' },
    { it: 'takes small pictures raw without hardware', expected: 'yuv420' },
    { it: 'leaves large pictures to the program', controls: HD, expected: 'libav' },
    {
      it: 'takes no H.264 of a program that would make B-frames',
      controls: HD,
      rpicam: versionOf('1.5.0'),
      expected: 'yuv420',
    },
    {
      it: 'takes no raw rows that are padded',
      controls: { width: 800, height: 600 },
      expected: 'libav',
    },
    {
      it: 'takes JPEG where the rows are padded and there is no libav',
      controls: { width: 800, height: 600 },
      rpicam: OLD,
      expected: 'mjpeg',
    },
    {
      it: 'takes pictures to turn them',
      hasHardware: true,
      controls: { rotation: '270' },
      expected: 'yuv420',
    },
    {
      it: 'lets raspivid turn them',
      controls: { rotation: '270' },
      rpicam: RASPIVID,
      expected: 'h264',
    },
    {
      it: 'can be told to take raw pictures',
      hasHardware: true,
      encoder: 'raw',
      expected: 'yuv420',
    },
    { it: 'can be told to take JPEG', hasHardware: true, encoder: 'jpeg', expected: 'mjpeg' },
    { it: "can be told to take the program's H.264", encoder: 'camera', expected: 'libav' },
    {
      it: 'takes the only H.264 that a build without libav can make',
      encoder: 'camera',
      rpicam: OLD,
      expected: 'h264',
    },
    {
      it: 'takes pictures after H.264 was refused',
      isH264Refused: true,
      encoder: 'camera',
      expected: 'yuv420',
    },
  ] as const) {
    it(sentence, () => {
      const defaults = { encoder: 'auto', controls: {}, rpicam: NEW, hasHardware: false } as const;
      assert.equal(picameraWay({ ...defaults, ...request }), expected);
    });
  }
});

describe('hasH264Hardware', () => {
  for (const { it: sentence, names, expected } of [
    { it: 'knows a Pi 4', names: ['bcm2835-codec-decode', 'bcm2835-codec-encode'], expected: true },
    { it: 'knows a Pi 5', names: ['pispbe-output', 'rpi-hevc-dec'], expected: false },
    { it: 'knows a machine without any', names: [], expected: false },
  ]) {
    it(sentence, async () => {
      const root = mkdtempSync(join(tmpdir(), 'rtcbot-sys-'));
      for (const [index, name] of names.entries()) {
        const directory = join(root, `sys/class/video4linux/video${10 + index}`);
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, 'name'), `${name}\n`);
      }
      assert.equal(await hasH264Hardware(root), expected);
      rmSync(root, { recursive: true });
    });
  }
});
