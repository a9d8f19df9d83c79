/** What a gamepad's buttons and axes say, and what has changed of it. Pure. */

/** RTCBot's names: `btn0`: pressed or not; `axis1`: -1 to 1. And `trigger7`: how far, 0 to 1. */
export type GamepadState = Record<string, boolean | number>;

/** The part of the browser's `Gamepad` that is read. */
export interface GamepadReading {
  readonly mapping: string;
  readonly buttons: readonly { readonly pressed: boolean; readonly value: number }[];
  readonly axes: readonly number[];
}

/** The places of the W3C's standard mapping, in its order. */
const BUTTONS = [
  ...['south', 'east', 'west', 'north', 'l1', 'r1', 'l2', 'r2', 'select', 'start', 'l3', 'r3'],
  ...['up', 'down', 'left', 'right', 'home'],
];
const AXES = ['leftX', 'leftY', 'rightX', 'rightY'];
/** The buttons of the standard mapping that tell how far they are pressed. */
const TRIGGERS = new Set([6, 7]);
/** What moves less has not moved: sticks are never quite still. */
const NOISE = 0.01;

/** The state of a gamepad; sticks within the dead zone (0 to 1) are at rest. */
export function stateOf(
  { mapping, buttons, axes }: GamepadReading,
  deadZone: number,
): GamepadState {
  const state: GamepadState = {};
  buttons.forEach(({ pressed, value }, index) => {
    state[`btn${index}`] = pressed;
    const isAnalog = mapping === 'standard' ? TRIGGERS.has(index) : value > 0 && value < 1;
    if (isAnalog) state[`trigger${index}`] = rounded(value);
  });
  axes.forEach((value, index) => {
    state[`axis${index}`] = withoutDeadZone(value, deadZone);
  });
  return state;
}

/** What differs, by name. What the new state lacks is at rest. */
export function changesOf(before: GamepadState, now: GamepadState): GamepadState {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changes: GamepadState = {};
  for (const name of names) {
    const rest = name.startsWith('btn') ? false : 0;
    const value = now[name] ?? rest;
    if (isOther(before[name] ?? rest, value)) changes[name] = value;
  }
  return changes;
}

/** The place of a button, trigger or axis on a gamepad with the standard mapping: `south`, `leftX`. */
export function placeOf(name: string, mapping: string): string | undefined {
  const [, kind, index] = /^(\D+)(\d+)$/.exec(name) ?? [];
  if (mapping !== 'standard' || !kind) return undefined;
  return (kind === 'axis' ? AXES : BUTTONS)[Number(index)];
}

/** Begins at 0 where the dead zone ends, so that slow movements stay possible. */
export function withoutDeadZone(value: number, deadZone: number): number {
  const beyond = Math.max(Math.abs(value) - deadZone, 0) / (1 - deadZone);
  return rounded(Math.sign(value) * Math.min(beyond, 1));
}

function isOther(before: boolean | number, now: boolean | number): boolean {
  if (typeof before === 'boolean' || typeof now === 'boolean') return before !== now;
  // The ends always count: nearly stopped is not stopped.
  const isEnd = now === 0 || Math.abs(now) === 1;
  return isEnd ? before !== now : Math.abs(now - before) >= NOISE;
}

function rounded(value: number): number {
  // No -0, which JSON writes as 0 but a comparison may not.
  return Math.round(value * 1000) / 1000 + 0;
}
