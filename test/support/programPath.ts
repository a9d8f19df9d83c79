import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program lies on the PATH. @throws Error when it is not installed */
export function programPath(program: string): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map(directory => join(directory, program))
    .find(existsSync);
  if (!found) throw new Error(`${program} is not installed`);
  return found;
}
