import { join } from 'node:path';
import type { SoundProgram } from './soundSystem';

/**
 * How to run one of the engine's own files, compiled, in a process of its own.
 * @param file below engine/, without its extension
 */
export function entryPoint(file: string, args: readonly string[]): SoundProgram {
  return { program: process.execPath, args: [join(__dirname, '../..', `${file}.js`), ...args] };
}
