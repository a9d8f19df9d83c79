import { SettingError } from '../../engine/model/errors/errors';

/** Limits of a setting. */
export interface NumberLimits {
  readonly least: number;
  readonly most: number;
}

/**
 * Reads a number as the editor or a flow file holds it.
 * @returns undefined for an empty field
 * @throws SettingError if it is not a number between the limits
 */
export function numberOf(
  setting: string,
  value: unknown,
  { least, most }: NumberLimits,
): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.trim() === '') return undefined;
  // Booleans, lists and the like would become numbers that nobody meant.
  const number =
    typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new SettingError(setting, `${String(value)} is not a number`);
  if (number < least || number > most) {
    throw new SettingError(setting, `${number} is not between ${least} and ${most}`);
  }
  return number;
}
