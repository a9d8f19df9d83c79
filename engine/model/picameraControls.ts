import { SettingError } from './errors/errors';

/**
 * What a camera module can be set to, by editor and by message. Names follow rpicam-vid's options in
 * camel case; in messages `autofocus-mode` is as good as `autofocusMode`.
 */
export type PicameraControls = {
  readonly [Name in ControlName]?: string | number | boolean;
};

/** What values a control takes. */
export type ControlRule =
  | { readonly kind: 'flag' }
  | { readonly kind: 'number'; readonly least: number; readonly most: number; readonly step?: 2 }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** So many numbers with commas between them, as a text or a list. */
  | { readonly kind: 'list'; readonly count: number; readonly most: number }
  /** Four fractions x, y, width, height of the picture, all of it inside. */
  | { readonly kind: 'region' }
  | { readonly kind: 'text'; readonly pattern: RegExp; readonly example: string };

const number = (least: number, most: number) => ({ kind: 'number', least, most }) as const;
const choice = (...choices: string[]) => ({ kind: 'choice', choices }) as const;
const text = (pattern: RegExp, example: string) => ({ kind: 'text', pattern, example }) as const;

const RULES = {
  /** In pixels; rows and columns of 4:2:0 pictures come in pairs. */
  width: { kind: 'number', least: 64, most: 8192, step: 2 },
  height: { kind: 'number', least: 64, most: 8192, step: 2 },
  /** In pictures a second. */
  frameRate: number(0.1, 240),
  /** Sensor mode: width, height, bits, packed or not. */
  mode: text(/^\d+:\d+(:\d+(:[PU])?)?$/i, '1640:1232:10:P'),
  /** In bit/s. */
  bitrate: number(50_000, 100_000_000),
  /** Of the camera's own H.264, in seconds. */
  keyframeInterval: number(0.1, 60),
  profile: choice('baseline', 'main', 'high'),
  hflip: { kind: 'flag' },
  vflip: { kind: 'flag' },
  /** In degrees, clockwise. */
  rotation: choice('0', '90', '180', '270'),
  exposure: choice('normal', 'sport', 'short', 'long', 'custom'),
  metering: choice('centre', 'spot', 'average', 'matrix', 'custom'),
  /** In stops. */
  ev: number(-10, 10),
  /** Time of exposure, in microseconds or with a unit. */
  shutter: text(/^\d+(\.\d+)?(us|ms|s|sec)?$/, '10000 or 10ms'),
  gain: number(0, 64),
  awb: choice(
    ...['auto', 'normal', 'incandescent', 'tungsten', 'fluorescent', 'indoor', 'daylight'],
    ...['cloudy', 'custom'],
  ),
  /** Red, blue. */
  awbgains: { kind: 'list', count: 2, most: 32 },
  brightness: number(-1, 1),
  contrast: number(0, 15.99),
  saturation: number(0, 15.99),
  sharpness: number(0, 15.99),
  denoise: choice('auto', 'off', 'cdn_off', 'cdn_fast', 'cdn_hq'),
  autofocusMode: choice('default', 'manual', 'auto', 'continuous'),
  autofocusRange: choice('normal', 'macro', 'full'),
  autofocusSpeed: choice('normal', 'fast'),
  autofocusWindow: { kind: 'region' },
  /** In dioptres: 0 is infinity, 2 is half a metre. */
  lensPosition: text(/^(\d+(\.\d+)?|default)$/, '2 or default'),
  hdr: choice('off', 'auto', 'sensor', 'single-exp'),
  roi: { kind: 'region' },
  /** Frequency of the mains whose flicker is to be cancelled, in Hz. */
  flicker: choice('off', '50', '60'),
  tuningFile: text(/^\/.+/, '/home/pi/imx219.json'),
} as const satisfies Record<string, ControlRule>;

export type ControlName = keyof typeof RULES;

/** The rule of each control, by its name. */
export const PICAMERA_CONTROLS: Readonly<Record<ControlName, ControlRule>> = RULES;

// The keys of an object literal are its own.
const NAMES = Object.keys(RULES) as ControlName[];
const BY_FOLDED_NAME = new Map(NAMES.map(name => [folded(name), name]));

/**
 * The controls among a node's settings; empty fields, and settings that are no controls, are left out.
 * @throws SettingError that names the wrong one
 */
export function picameraControls(settings: Readonly<Record<string, unknown>>): PicameraControls {
  const entries = NAMES.map(name => [name, controlValue(name, settings[name])] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * Controls after a message asked for a change.
 * @param now what holds before the message
 * @param initial what the node is set to: null or an empty text in the message goes back to it
 * @throws SettingError for what is no control, or no value of it
 */
export function changedControls(
  now: PicameraControls,
  initial: PicameraControls,
  wanted: Readonly<Record<string, unknown>>,
): PicameraControls {
  const controls: Partial<Record<ControlName, string | number | boolean>> = { ...now };
  for (const [key, given] of Object.entries(wanted)) {
    const name = BY_FOLDED_NAME.get(folded(key));
    if (!name) {
      throw new SettingError(
        key,
        `a camera module has no such control, it has ${NAMES.join(', ')}`,
      );
    }
    const value = controlValue(name, given) ?? initial[name];
    if (value === undefined) delete controls[name];
    else controls[name] = value;
  }
  return controls;
}

/** One checked value; undefined for an empty one. @throws SettingError */
function controlValue(name: ControlName, value: unknown): string | number | boolean | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const rule = PICAMERA_CONTROLS[name];
  const given = typeof value === 'string' ? value.trim() : value;
  switch (rule.kind) {
    case 'flag':
      if (given === true || given === 'true') return true;
      if (given === false || given === 'false') return false;
      throw new SettingError(name, `${shown(given)} is neither true nor false`);
    case 'number':
      return checkedNumber(name, given, rule);
    case 'choice':
      if (rule.choices.includes(String(given))) return String(given);
      throw new SettingError(name, `${shown(given)} is none of ${rule.choices.join(', ')}`);
    case 'list':
      return checkedList(name, given, rule.count, rule.most);
    case 'region':
      return checkedRegion(name, given);
    case 'text':
      if (rule.pattern.test(String(given))) return String(given);
      throw new SettingError(name, `${shown(given)} is not like ${rule.example}`);
    default:
      return rule satisfies never;
  }
}

function checkedNumber(
  name: string,
  given: unknown,
  { least, most, step }: { least: number; most: number; step?: 2 },
): number {
  const value = numberIn(given);
  if (!Number.isFinite(value)) throw new SettingError(name, `${shown(given)} is not a number`);
  if (value < least || value > most) {
    throw new SettingError(name, `${value} is not between ${least} and ${most}`);
  }
  if (step && value % step !== 0) throw new SettingError(name, `${value} is not an even number`);
  return value;
}

function checkedList(name: string, given: unknown, count: number, most: number): string {
  const parts = (Array.isArray(given) ? given : String(given).split(',')).map(numberIn);
  const isGood = parts.every(value => value >= 0 && value <= most);
  if (isGood && parts.length === count) return parts.join(',');
  throw new SettingError(name, `${shown(given)} is not ${count} numbers from 0 to ${most}`);
}

/** rpicam-vid ignores a malformed region without a word: it must be found here. */
function checkedRegion(name: string, given: unknown): string {
  const region = checkedList(name, given, 4, 1);
  const [x = 0, y = 0, width = 0, height = 0] = region.split(',').map(Number);
  // Fractions such as 0.7 + 0.3 are not exact.
  const isInside = x + width <= 1.000001 && y + height <= 1.000001;
  if (isInside && width > 0 && height > 0) return region;
  throw new SettingError(name, `${shown(given)} is no part of the picture: x, y, width, height`);
}

/** NaN for anything that is not written as a number; booleans and lists would become one. */
function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function shown(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))).slice(
    0,
    60,
  );
}

function folded(name: string): string {
  return name.replaceAll('-', '').toLowerCase();
}
