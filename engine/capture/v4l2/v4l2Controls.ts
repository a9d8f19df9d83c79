/** The controls of a V4L2 camera: what v4l2-ctl says of them, and whether a value fits. */
import { ControlError } from '../../model/errors/errors';

/** One thing that can be set at a camera. */
export interface CameraControl {
  /** As V4L2 calls it: `brightness`, `exposure_time_absolute` … */
  readonly name: string;
  readonly type: 'integer' | 'boolean' | 'menu' | 'button';
  /** Of integers and menus. */
  readonly min?: number;
  readonly max?: number;
  /** Of integers: values are `min` plus a multiple of it. */
  readonly step?: number;
  readonly default?: number;
  /** How it is set now. */
  readonly value?: number;
  /** The entries of a menu. */
  readonly options?: readonly { readonly value: number; readonly label: string }[];
  /** It has no effect now, because another control, such as an automatic, is on. */
  readonly inactive?: true;
  readonly readOnly?: true;
}

/** What a message may set a control to: a number, true or false, or the label of a menu's entry. */
export type ControlValue = number | boolean | string;

const TYPES: Readonly<Record<string, CameraControl['type']>> = {
  int: 'integer',
  int64: 'integer',
  bool: 'boolean',
  menu: 'menu',
  intmenu: 'menu',
  button: 'button',
};

/** The controls in what `v4l2-ctl --list-ctrls-menus` says. Types that a message cannot set are left out. */
export function parseControls(text: string): CameraControl[] {
  const controls: CameraControl[] = [];
  let menu: { value: number; label: string }[] | undefined;
  for (const line of text.split('\n')) {
    const entry = /^\s+(\d+): (.+?)\s*$/.exec(line);
    if (entry) menu?.push({ value: Number(entry[1]), label: entry[2] ?? '' });
    // Older versions leave the number out: "brightness (int)    : min=0 max=255 …".
    const [, name, kind = '', rest = ''] =
      /^\s*(\w+)(?: 0x[0-9a-f]+)? \((\w+)\)\s*:(.*)$/.exec(line) ?? [];
    if (!name) continue;
    menu = undefined;
    const type = TYPES[kind];
    if (!type) continue;
    if (type === 'menu') menu = [];
    controls.push({
      name,
      type,
      ...numbersIn(rest),
      ...flagsIn(rest),
      ...(menu ? { options: menu } : {}),
    });
  }
  return controls;
}

function numbersIn(
  text: string,
): Partial<Record<'min' | 'max' | 'step' | 'default' | 'value', number>> {
  return Object.fromEntries(
    Array.from(text.matchAll(/\b(min|max|step|default|value)=(-?\d+)/g), ([, key = '', value]) => [
      key,
      Number(value),
    ]),
  );
}

function flagsIn(text: string): { inactive?: true; readOnly?: true } {
  const flags = /flags=(.*)$/.exec(text)?.[1] ?? '';
  return {
    ...(/\binactive\b/.test(flags) ? { inactive: true } : {}),
    ...(/\bread-only\b/.test(flags) ? { readOnly: true } : {}),
  };
}

/**
 * The numbers to set, as V4L2 takes them.
 * @throws ControlError that says what is wrong, and what there is
 */
export function checkedControls(
  wanted: Readonly<Record<string, ControlValue>>,
  known: readonly CameraControl[],
): Record<string, number> {
  const settable = known.filter(({ readOnly }) => !readOnly);
  return Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => {
      const control = settable.find(each => each.name === name);
      if (!control)
        throw new ControlError(`${name} is not one of its controls, ${listed(settable)}`);
      return [name, numberFor(control, value)];
    }),
  );
}

function listed(controls: readonly CameraControl[]): string {
  return controls.length > 0
    ? `which are ${controls.map(({ name }) => name).join(', ')}`
    : 'because it has none';
}

function numberFor(control: CameraControl, value: ControlValue): number {
  const { name, type, options = [] } = control;
  switch (type) {
    case 'button':
      return 1;
    case 'boolean': {
      if (value === true || value === 1 || value === '1' || value === 'true') return 1;
      if (value === false || value === 0 || value === '0' || value === 'false') return 0;
      throw new ControlError(`${name} is true or false, not ${value}`);
    }
    case 'menu': {
      const entry = options.find(
        each => each.label === value || String(each.value) === String(value),
      );
      if (entry) return entry.value;
      const all = options.map(each => `${each.value} (${each.label})`).join(', ');
      throw new ControlError(`${name} is one of ${all}, not ${value}`);
    }
    case 'integer':
      return integerFor(control, value);
    default:
      return type satisfies never;
  }
}

/** Between the steps of a camera the nearest one is meant. */
function integerFor(control: CameraControl, value: ControlValue): number {
  const { name, min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = control;
  const isEmpty = typeof value === 'string' && value.trim() === '';
  const number = typeof value === 'boolean' || isEmpty ? Number.NaN : Number(value);
  if (!(number >= min && number <= max)) {
    throw new ControlError(`${name} is a number from ${min} to ${max}, not ${value}`);
  }
  const from = Number.isSafeInteger(min) && control.min !== undefined ? min : 0;
  // Some drivers tell a step of 0.
  const step = control.step || 1;
  const nearest = from + Math.round((number - from) / step) * step;
  return nearest > max ? nearest - step : nearest;
}
