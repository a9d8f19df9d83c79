import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import { V4l2Device } from '../../engine/capture/v4l2/V4l2Device';
import { nalType, nalUnits } from '../../engine/media/h264/h264';
import { jpegSize } from '../../engine/media/picture/jpeg';
import type { AccessUnit, RenditionCodec } from '../../engine/model/AccessUnit';
import type { MediaError } from '../../engine/model/errors/errors';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { Source } from '../../engine/source/Source';
import { childrenOf } from '../support/processes';
import { CAMERA_ID, type CameraFormat, StandInCameras } from '../support/StandInCameras';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;

describe('A USB camera', () => {
  let machine: StandInCameras;
  let device: V4l2Device;
  let source: Source;
  let failures: MediaError[];
  let log: string[];
  const path = process.env.PATH;
  afterEach(async () => {
    await source.close();
    device.close();
    machine.close();
    process.env.PATH = path;
    assert.deepEqual(ffmpegs(), []);
  });
  const ffmpegs = () =>
    childrenOf(process.pid)
      .filter(({ name }) => name === 'ffmpeg')
      .map(({ command }) => command.join(' '));

  function open(formats: readonly CameraFormat[], more: object = {}, bFrames = false): void {
    machine = new StandInCameras(formats, { bFrames });
    // Where programs are looked for.
    process.env.PATH = machine.env.PATH;
    failures = [];
    log = [];
    const ffmpeg = new FfmpegFinder({ setting: machine.ffmpeg });
    const write = (text: string) => log.push(text);
    device = new V4l2Device(CAMERA_ID, { sysRoot: machine.sysRoot, log: write });
    const origin = new FfmpegCapture(
      { source: 'usb', device: CAMERA_ID, ...more },
      { ffmpeg, device, log: write },
    );
    source = new Source(origin, { lingerMs: 0, findFfmpeg: () => ffmpeg.find(), log: write });
    device.presence.on('plugged', () => source.retryNow());
    source.on('failed', error => failures.push(error));
  }

  /** The units of one codec, as they come. */
  function watch(codec: RenditionCodec): AccessUnit[] {
    const units: AccessUnit[] = [];
    source.rendition({ codec }).subscribe({ unit: unit => units.push(unit) });
    return units;
  }
  const more = (units: readonly AccessUnit[], count = 10) => {
    const wanted = units.length + count;
    return waitFor(`${count} more units`, LIMIT_MS, () => units.length >= wanted, { everyMs: 5 });
  };
  const captures = () => machine.calls.filter(call => call.includes('-map 0:V:0'));

  it('that gives H.264 is passed on untouched, parameter sets before each IDR', async () => {
    open(['mjpeg', 'h264', 'raw']);
    const units = watch('H264');
    await more(units, 40);
    const keys = units.filter(({ key }) => key);
    assert.ok(keys.length >= 2);
    for (const { data } of keys)
      assert.deepEqual([...nalUnits(data)].slice(0, 2).map(nalType), [7, 8]);
    assert.equal(ffmpegs().length, 1, 'the capture alone runs');
    assert.match(captures()[0] ?? '', /-input_format h264 .*-c:v copy -f flv/);
  });

  it('that gives JPEG hands it on untouched, and to the encoder as it is', async () => {
    open(['mjpeg', 'raw'], { width: 320, height: 240, frameRate: 30 });
    const pictures = watch('JPEG');
    await more(pictures);
    assert.deepEqual(jpegSize(pictures[0]?.data ?? Buffer.alloc(0)), { width: 320, height: 240 });
    assert.equal(ffmpegs().length, 1, 'the capture alone runs');
    assert.match(
      captures()[0] ?? '',
      /-input_format mjpeg -framerate 30 -video_size 320x240 -i \S+ -map 0:V:0 -c:v copy/,
    );

    const units = watch('H264');
    await more(units);
    const encoders = ffmpegs().filter(command => command.includes('libx264'));
    assert.ok(encoders.length > 0);
    for (const command of encoders) assert.match(command, /-f ivf -i pipe:0/);
  });

  it('that gives neither is taken as it is', async () => {
    open(['raw']);
    const pictures = watch('I420');
    await more(pictures);
    assert.doesNotMatch(captures()[0] ?? '', /-input_format/);
  });

  it('whose H.264 browsers cannot play is asked for JPEG instead, at once and from then on', async () => {
    open(['h264', 'mjpeg'], {}, true);
    const pictures = watch('JPEG');
    await more(pictures);
    const formats = captures().map(call => /-input_format (\w+)/.exec(call)?.[1]);
    assert.deepEqual(formats, ['h264', 'mjpeg']);
    assert.match(log.join(), /B-frames, so JPEG is taken instead of H264/);
    assert.equal(ffmpegs().length, 1, 'nothing is encoded');
    for (const { pid } of childrenOf(process.pid).filter(({ name }) => name === 'ffmpeg')) {
      process.kill(pid, 'SIGKILL');
    }
    await waitFor('another capture', LIMIT_MS, () => captures().length === 3);
    assert.match(captures()[2] ?? '', /-input_format mjpeg/);
  });

  it('whose H.264 is slower than wanted is asked for JPEG', async () => {
    open(['h264', 'mjpeg'], { frameRate: 60 });
    await more(watch('JPEG'));
    assert.match(captures()[0] ?? '', /-input_format mjpeg/);
  });

  it('that is unplugged says so, and goes on within 2 s when it is plugged in elsewhere', async () => {
    open(['mjpeg']);
    const pictures = watch('JPEG');
    await more(pictures);
    machine.unplug();
    await waitFor('failure', LIMIT_MS, () => failures.length > 0, { everyMs: 5 });
    assert.equal(failures[0]?.code, 'unplugged');
    await waitFor('end of the capture', LIMIT_MS, () => ffmpegs().length === 0);
    // Until the pauses between attempts have become long.
    await waitFor('some attempts', LIMIT_MS, () => failures.length >= 4);
    assert.equal(captures().length, 1, 'no attempt started a program');

    const before = pictures.length;
    const pluggedMs = performance.now();
    machine.plug('video1');
    await waitFor('pictures', 2000, () => pictures.length > before, { everyMs: 5 });
    assert.ok(performance.now() - pluggedMs < 2000);
    assert.ok(failures.every(({ code }) => code === 'unplugged'));
  });

  it('that never was there is told apart from one that was unplugged', async () => {
    open(['mjpeg']);
    machine.unplug();
    device.close();
    device = new V4l2Device(CAMERA_ID, { sysRoot: machine.sysRoot });
    assert.equal(device.absence?.code, 'device-missing');
    machine.plug();
    assert.equal(device.absence, undefined);
  });

  it('keeps its controls over unplugging', async () => {
    open(['mjpeg']);
    await device.setControls({ brightness: 10, auto_exposure: 'Manual Mode' });
    await device.setControls({ exposure_time_absolute: 500 });
    const pictures = watch('JPEG');
    await more(pictures);
    machine.unplug();
    await waitFor('failure', LIMIT_MS, () => failures.length > 0);
    machine.plug();
    assert.equal(machine.control('brightness'), 0);
    await more(pictures);
    assert.deepEqual(
      ['brightness', 'auto_exposure', 'exposure_time_absolute'].map(name => machine.control(name)),
      [10, 1, 500],
    );
  });

  it('tells its controls as they are set now', async () => {
    open(['mjpeg']);
    await device.setControls({ gamma: 120 });
    const gamma = (await device.controls()).find(({ name }) => name === 'gamma');
    assert.deepEqual(gamma, {
      name: 'gamma',
      type: 'integer',
      min: 72,
      max: 500,
      step: 1,
      default: 100,
      value: 120,
    });
  });

  it('refuses a control with the reason, and sets none of the others', async () => {
    open(['mjpeg']);
    await assert.rejects(device.setControls({ brightness: 3, contrast: 1 }), {
      code: 'control-refused',
      message: /contrast is not one of its controls, which are brightness, /,
    });
    assert.equal(machine.control('brightness'), 0);
    await assert.rejects(device.setControls({ zoom_absolute: 200 }), {
      code: 'control-refused',
      message: /VIDIOC_S_EXT_CTRLS: failed: Input\/output error/,
    });
    machine.unplug();
    await assert.rejects(device.setControls({ brightness: 3 }), { code: 'unplugged' });
  });

  it('says what to install where v4l2-ctl is missing, and is captured all the same', async () => {
    open(['mjpeg']);
    process.env.PATH = machine.env.PATH?.split(':')[0];
    machine.removeV4l2Ctl();
    await assert.rejects(device.setControls({ brightness: 3 }), {
      code: 'controls-missing',
      message: /apt install v4l-utils/,
    });
    process.env.PATH = path;
    await more(watch('JPEG'));
  });
});
