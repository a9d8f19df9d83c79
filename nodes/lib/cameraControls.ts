import { ControlError } from '../../engine/model/errors/errors';
import type { ControlValue } from '../../engine/port/protocol';

/** A message that may set a camera's controls, or ask for them. */
export interface ControlMessage {
  readonly payload?: unknown;
  readonly controls?: unknown;
  readonly command?: unknown;
}

/**
 * The controls that a message sets: those in `msg.controls`, or in a payload that is an object
 * where payloads mean nothing else. Undefined if it sets none.
 * @throws ControlError if they are no plain values
 */
export function controlsIn(
  { payload, controls }: ControlMessage,
  { inPayload }: { inPayload: boolean },
): Record<string, ControlValue> | undefined {
  const wanted = controls ?? (inPayload && isPlainObject(payload) ? payload : undefined);
  if (wanted === undefined) return undefined;
  if (!isPlainObject(wanted))
    throw new ControlError('msg.controls is no object of names and values');
  const entries = Object.entries(wanted).map(([name, value]) => [name, checked(name, value)]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
  );
}

function checked(name: string, value: unknown): ControlValue {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return value;
  }
  throw new ControlError(`the value of ${name} is no number, text, true or false`);
}
