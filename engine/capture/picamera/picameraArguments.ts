import type { ControlName, PicameraControls } from '../../model/picameraControls';
import type { PicameraCommand, PicameraRequest } from './PicameraCommand';
import { picameraRates, picameraSize } from './picameraSize';
import type { PicameraWay } from './picameraWay';
import { raspividArguments } from './raspividArguments';

/** Arguments that make the program write pictures to stdout until it is stopped. */
export function picameraArguments(request: PicameraRequest): PicameraCommand {
  if (request.rpicam.kind === 'raspivid') return raspividArguments(request);
  const { camera, controls, way, rpicam, timesPath } = request;
  const { width, height, frameRate } = picameraSize(controls);
  const leftOut: string[] = [];
  const optional = (option: string, ...values: string[]): string[] => {
    if (rpicam.options.has(option)) return [`--${option}`, ...values];
    leftOut.push(option);
    return [];
  };
  const set = CONTROL_OPTIONS.flatMap(([name, optionFor]) => {
    const value = controls[name];
    const option = value === undefined ? undefined : optionFor(value, way);
    return option ? optional(...option) : [];
  });
  // Not asked for by anybody: without a word where a version lacks it.
  const known = (option: string, ...values: string[]) =>
    rpicam.options.has(option) ? [`--${option}`, ...values] : [];
  const args = [
    ...['--nopreview', '--verbose', '0', '--timeout', '0', '--camera', `${camera}`],
    ...['--width', `${width}`, '--height', `${height}`, '--framerate', `${frameRate}`],
    ...codecArguments(way, controls, known),
    ...set,
    ...(timesPath ? known('save-pts', timesPath) : []),
    ...['--flush', '--output', '-'],
  ];
  return { args, leftOut };
}

function codecArguments(
  way: PicameraWay,
  controls: PicameraControls,
  known: (option: string, ...values: string[]) => string[],
): string[] {
  const { intraFrames, bitrateBps } = picameraRates(controls);
  const profile = ['--profile', String(controls.profile ?? 'baseline')];
  // A plain number: its parser takes 2M for 2000 bit/s, and 1Mbps for 1.
  const rates = ['--intra', `${intraFrames}`, '--bitrate', `${bitrateBps}`, '--inline', ...profile];
  switch (way) {
    case 'h264':
      return ['--codec', 'h264', ...rates];
    case 'libav':
      return [
        ...['--codec', 'libav', '--libav-format', 'flv', ...rates],
        // Without it libx264 makes B-frames and holds a picture back for each of its threads.
        ...known('low-latency'),
      ];
    case 'mjpeg':
      return ['--codec', 'mjpeg', ...known('quality', '70')];
    case 'yuv420':
      return ['--codec', 'yuv420'];
    default:
      return way satisfies never;
  }
}

/** What becomes of a control: an option and its value; undefined where there is nothing to say. */
type OptionFor = (
  value: string | number | boolean,
  way: PicameraWay,
) => [option: string, ...values: string[]] | undefined;

const as =
  (option: string): OptionFor =>
  value => [option, String(value)];
const flag =
  (option: string): OptionFor =>
  value =>
    value === true ? [option] : undefined;

const FLICKER_PERIODS: Readonly<Record<string, string>> = { '50': '10000us', '60': '8333us' };

/** The option of each control that is not part of the codec or the size, in the order they are given. */
const CONTROL_OPTIONS: readonly (readonly [ControlName, OptionFor])[] = [
  ['mode', as('mode')],
  ['hflip', flag('hflip')],
  ['vflip', flag('vflip')],
  // A quarter turn is more than the camera can do: ffmpeg does it.
  ['rotation', value => (String(value) === '180' ? ['rotation', '180'] : undefined)],
  ['exposure', as('exposure')],
  ['metering', as('metering')],
  ['ev', as('ev')],
  ['shutter', as('shutter')],
  ['gain', as('gain')],
  ['awb', as('awb')],
  ['awbgains', as('awbgains')],
  ['brightness', as('brightness')],
  ['contrast', as('contrast')],
  ['saturation', as('saturation')],
  ['sharpness', as('sharpness')],
  ['denoise', as('denoise')],
  ['autofocusMode', as('autofocus-mode')],
  ['autofocusRange', as('autofocus-range')],
  ['autofocusSpeed', as('autofocus-speed')],
  ['autofocusWindow', as('autofocus-window')],
  ['lensPosition', as('lens-position')],
  ['hdr', value => (value === 'off' ? undefined : ['hdr', String(value)])],
  ['roi', as('roi')],
  [
    'flicker',
    value => {
      const period = FLICKER_PERIODS[String(value)];
      return period ? ['flicker-period', period] : undefined;
    },
  ],
  ['tuningFile', as('tuning-file')],
];
