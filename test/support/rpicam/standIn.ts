/**
 * A stand-in for rpicam-vid, bundled into one file that tests put in its place. It takes the same
 * options, makes the same checks, ends with the same words and codes, and writes the same streams:
 * a moving picture that shows its own time, coded by ffmpeg.
 */
import { openSync, readFileSync, watch, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { TestPattern } from '../../../engine/capture/testPattern/TestPattern';
import { startCoder } from './coder';
import { helpText } from './options';
import { bitrateOf, checkValues, parseOptions, timeMs, type Values } from './parse';
import type { CameraSetup, StandInSetup } from './setup';

/** Exit code of a failure: -1 in the real one. */
const FAILED = 255;
/** How long the real one takes to end after SIGINT, in ms. */
const END_MS = 300;

const setupFile = process.env.RPICAM_STAND_IN ?? '';
const setup = (): StandInSetup => JSON.parse(readFileSync(setupFile, 'utf8'));

try {
  main(process.argv.slice(2));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function main(args: readonly string[]): void {
  const { version, hasLibav, cameras, isBusy } = setup();
  const values = parseOptions(args, version, hasLibav);
  if (isOn(values, 'help')) {
    process.stdout.write(helpText(version, hasLibav));
  } else if (isOn(values, 'version')) {
    process.stdout.write(`rpicam-apps build: v${version} 0 (stand-in)\nlibcamera build: v0.5.0\n`);
  } else if (isOn(values, 'list-cameras')) {
    process.stdout.write(listText(cameras));
  } else {
    checkValues(values);
    if (cameras.length === 0) throw new Error('no cameras available');
    const camera = cameras[Number(values.get('camera'))];
    if (!camera) throw new Error('selected camera is not available');
    if (isBusy) throw new Error(`failed to acquire camera ${pathOf(camera)}`);
    record(values);
  }
}

function record(values: Values): void {
  const { hasHardware, hasLibav, pictures } = setup();
  const width = Number(values.get('width')) || 640;
  const height = Number(values.get('height')) || 480;
  const rate = Number(values.get('framerate'));
  const frameRate = rate > 0 ? rate : 30;
  const timesFile = values.get('save-pts');
  const times = timesFile === undefined ? undefined : openSync(timesFile, 'w');
  if (times !== undefined) writeSync(times, '# timecode format v2\n');
  let written = 0;
  let taken = 0;
  let isEnding = false;
  const coder = startCoder({
    ...{ width, height, frameRate, hasHardware, hasLibav },
    codec: values.get('codec') ?? 'h264',
    libavFormat: values.get('libav-format'),
    isLowLatency: isOn(values, 'low-latency'),
    hasInlineHeaders: isOn(values, 'inline'),
    intra: Number(values.get('intra')) || frameRate,
    bitrateBps: bitrateOf(values.get('bitrate') ?? '0') || 1_500_000,
    write: (bytes, timestampMs) => {
      if (isEnding) return;
      process.stdout.write(bytes);
      if (times === undefined || timestampMs === undefined) return;
      // A sensor's clock is even, whenever its pictures are written.
      writeSync(times, `${((written * 1000) / frameRate).toFixed(3)}\n`);
      written += 1;
    },
    died: fail,
  });
  const source = new TestPattern({ width, height, frameRate }).open({
    unit: unit => {
      taken += 1;
      if (taken <= pictures) coder.push(unit);
    },
    failed: () => {},
    ended: () => {},
  });

  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void source.close();
    coder.stop();
    setTimeout(() => process.exit(0), END_MS);
  };
  process.on('SIGINT', end);
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGPIPE'] as const) process.on(signal, () => {});
  process.stdout.on('error', () => {
    process.stderr.write('failed to write output bytes\n');
    process.kill(process.pid, 'SIGABRT');
  });
  const limitMs = timeMs(values.get('timeout') ?? '0');
  if (limitMs > 0) setTimeout(end, limitMs);
  // A cable that is pulled out: the sensor falls silent, and the program goes on trying.
  watch(dirname(setupFile), () => {
    if (isEnding || setup().cameras.length > 0) return;
    void source.close();
    process.stderr.write('ERROR: Device timeout detected, attempting a restart!!!\n');
  });
}

function listText(cameras: readonly CameraSetup[]): string {
  if (cameras.length === 0) return 'No cameras available!\n';
  const blocks = cameras.map((camera, index) => {
    const indent = ' '.repeat(`    Modes: 'SRGGB10_CSI2P' : `.length);
    const modes = camera.modes.map(
      ([width, height, fps]) =>
        `${width}x${height} [${fps.toFixed(2)} fps - (0, 0)/3280x2464 crop]`,
    );
    const head = `${index} : ${camera.model} [3280x2464 10-bit RGGB] (${pathOf(camera)})`;
    return `${head}\n    Modes: 'SRGGB10_CSI2P' : ${modes.join(`\n${indent}`)}\n`;
  });
  return `Available cameras\n-----------------\n${blocks.join('\n')}`;
}

function pathOf({ model }: CameraSetup): string {
  return `/base/soc/i2c0mux/i2c@1/${model}@10`;
}

function isOn(values: Values, name: string): boolean {
  return values.get(name) === '1';
}

function fail(words: string): void {
  process.stderr.write(`ERROR: *** ${words} ***\n`);
  process.exit(FAILED);
}
