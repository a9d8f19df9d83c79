import type { ControlName, PicameraControls } from '../../model/picameraControls';
import type { PicameraCommand, PicameraRequest } from './PicameraCommand';
import { picameraRates, picameraSize } from './picameraSize';

/**
 * Arguments for raspivid, the program of Raspberry Pi OS up to Buster. Its options go by other names
 * and ranges; what it cannot do is left out.
 */
export function raspividArguments({ camera, controls, way }: PicameraRequest): PicameraCommand {
  const { width, height, frameRate } = picameraSize(controls);
  const { intraFrames, bitrateBps } = picameraRates(controls);
  const leftOut: string[] = [];
  // Entries of an object of controls have the names of controls.
  const entries = Object.entries(controls) as [ControlName, string | number | boolean][];
  const set = entries.flatMap(([name, value]) => {
    if (NOT_CONTROLS.has(name)) return [];
    const option = OPTIONS[name]?.(value);
    if (!option) leftOut.push(name);
    return option ?? [];
  });
  const isJpeg = way === 'mjpeg';
  const profile = ['-pf', String(controls.profile ?? 'baseline')];
  const coding = isJpeg
    ? ['-cd', 'MJPEG']
    : ['-cd', 'H264', '-g', `${intraFrames}`, '-ih', ...profile];
  const size = ['-w', `${width}`, '-h', `${height}`, '-fps', `${frameRate}`];
  const args = ['-n', '-t', '0', '-cs', `${camera}`, ...size, ...coding, '-b', `${bitrateBps}`];
  return { args: [...args, ...set, '-fl', '-o', '-'], leftOut };
}

/** What has its place in the fixed part. */
const NOT_CONTROLS: ReadonlySet<ControlName> = new Set<ControlName>([
  ...(['width', 'height', 'frameRate', 'bitrate', 'keyframeInterval', 'profile'] as const),
]);

/** Undefined for a value that raspivid has no word for; an empty list for its own default. */
type OptionFor = (value: string | number | boolean) => string[] | undefined;

const as =
  (option: string): OptionFor =>
  value => [option, String(value)];
const flag =
  (option: string): OptionFor =>
  value =>
    value === true ? [option] : [];
const word =
  (option: string, words: Readonly<Record<string, string>>): OptionFor =>
  value => {
    const own = words[String(value)];
    return own === undefined ? undefined : [option, own];
  };
/** A factor, of which 1 changes nothing, as a percentage from -100 to 100. */
const percentage =
  (option: string): OptionFor =>
  value => [option, `${clamped(Math.round((Number(value) - 1) * 100), 100)}`];

const OPTIONS: Partial<Record<ControlName, OptionFor>> = {
  hflip: flag('-hf'),
  vflip: flag('-vf'),
  rotation: as('-rot'),
  exposure: word('-ex', { normal: 'auto', sport: 'sports', short: 'sports', long: 'verylong' }),
  metering: word('-mm', { centre: 'average', average: 'matrix', matrix: 'matrix', spot: 'spot' }),
  // In sixths of a stop.
  ev: value => ['-ev', `${clamped(Math.round(Number(value) * 6), 10)}`],
  shutter: value => ['-ss', `${microseconds(String(value))}`],
  gain: as('-ag'),
  awb: word('-awb', {
    ...{ auto: 'auto', normal: 'auto', incandescent: 'incandescent', tungsten: 'tungsten' },
    ...{ fluorescent: 'fluorescent', daylight: 'sun', cloudy: 'cloud' },
  }),
  // Gains of one's own only count while nothing balances automatically.
  awbgains: value => ['-awb', 'off', '-awbg', String(value)],
  brightness: value => ['-br', `${Math.round(50 + 50 * Number(value))}`],
  contrast: percentage('-co'),
  saturation: percentage('-sa'),
  sharpness: percentage('-sh'),
  hdr: value => (value === 'off' ? [] : undefined),
  roi: as('-roi'),
  flicker: word('-fli', { off: 'off', '50': '50hz', '60': '60hz' }),
};

function clamped(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1e6, sec: 1e6 };

/** The time that a shutter setting names, in microseconds. */
export function microseconds(text: PicameraControls['shutter'] & string): number {
  const [, value = '0', unit = 'us'] = /^([\d.]+)([a-z]*)$/.exec(text) ?? [];
  return Math.round(Number(value) * (UNITS[unit || 'us'] ?? 1));
}
