import { type OptionRow, optionsOf } from './options';

/** The values of all options that were given or have a default. */
export type Values = ReadonlyMap<string, string>;

/** Reads a command line as the real program does. @throws Error with its words */
export function parseOptions(args: readonly string[], version: string, hasLibav: boolean): Values {
  const known = optionsOf(version, hasLibav);
  const values = new Map<string, string>();
  const given = new Set<string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, name = word, joined] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
    const option = known.find(each => name === `--${each.name}` || name === `-${each.short}`);
    if (!option) throw new Error(`unrecognised option '${name}'`);
    if (given.has(option.name)) {
      throw new Error(`option '--${option.name}' cannot be specified more than once`);
    }
    given.add(option.name);
    if (option.kind === 'flag') values.set(option.name, joined ?? '1');
    else values.set(option.name, checked(option, joined ?? args[++at]));
  }
  for (const option of known) {
    if (!values.has(option.name) && option.default !== undefined) {
      values.set(option.name, option.default);
    }
  }
  return values;
}

function checked({ name, kind }: OptionRow, value: string | undefined): string {
  if (value === undefined) {
    throw new Error(`the required argument for option '--${name}' is missing`);
  }
  if (kind === 'number' && !/^-?\d+(\.\d+)?$/.test(value)) {
    throw new Error(`the argument ('${value}') for option '--${name}' is invalid`);
  }
  return value;
}

const WORDS: readonly (readonly [option: string, says: string, words: string])[] = [
  [
    'awb',
    'Invalid AWB mode: ',
    'auto normal incandescent tungsten fluorescent indoor daylight cloudy custom',
  ],
  ['exposure', 'Invalid exposure mode:', 'normal sport short long custom'],
  ['metering', 'Invalid metering mode: ', 'centre spot average matrix custom'],
  ['denoise', 'Invalid denoise mode ', 'auto off cdn_off cdn_fast cdn_hq'],
  ['autofocus-mode', 'Invalid AfMode:', 'default manual auto continuous'],
  ['autofocus-speed', 'Invalid afSpeed mode:', 'normal fast'],
  ['hdr', 'Invalid HDR option provided: ', 'off auto sensor single-exp'],
  ['profile', 'libav: no such profile ', 'baseline main high'],
];

/** Checks what the real program checks. @throws Error with its words */
export function checkValues(values: Values): void {
  for (const [option, says, words] of WORDS) {
    const value = values.get(option);
    if (value !== undefined && !words.split(' ').includes(value)) throw new Error(says + value);
  }
  const rotation = Number(values.get('rotation'));
  if (rotation === 90 || rotation === 270) {
    throw new Error('transforms requiring transpose not supported');
  }
  if (rotation !== 0 && rotation !== 180) throw new Error('illegal rotation value');
  const lens = values.get('lens-position');
  if (lens && lens !== 'default' && !/^-?\d/.test(lens)) {
    throw new Error(`Invalid lens position: ${lens}`);
  }
}

const BIT_UNITS: Readonly<Record<string, number>> = {
  ...{ bps: 1, b: 1, '': 1, M: 1000, kbps: 1000, k: 1000, K: 1000, mbps: 1e6, m: 1e6 },
};

/** A bitrate as the real program understands it: what it does not know counts for nothing. */
export function bitrateOf(text: string): number {
  const [, number = '0', unit = ''] = /^(\d+)(.*)$/.exec(text) ?? [];
  return Number(number) * (BIT_UNITS[unit] ?? 1);
}

const TIME_UNITS: Readonly<Record<string, number>> = {
  ...{ min: 60_000, sec: 1000, s: 1000, ms: 1, us: 0.001, ns: 1e-6, '': 1 },
};

/** A time as the real program understands it, in ms. */
export function timeMs(text: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)(\w*)$/.exec(text) ?? [];
  return Number(number) * (TIME_UNITS[unit] ?? 1);
}
