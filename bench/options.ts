import { parseArgs } from 'node:util';
import { WAYS, type Way } from './bothWays';
import { CELLS, type Cell, cellName } from './cells';

/** What a run of the bench measures. */
export interface BenchOptions {
  readonly cells: readonly Cell[];
  readonly ways: readonly Way[];
  /** How long each cell is measured after its warm-up, in s. */
  readonly seconds: number;
}

export const USAGE = `npm run bench -- [--seconds 10] [--only NAME,NAME]
Names: ${[...CELLS.map(cellName), ...WAYS].join(' ')}`;

/** Reads the command line. @throws Error with a text for the user */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '10' },
      only: { type: 'string' },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) throw new Error(`--seconds ${values.seconds} is not a time`);
  const names = values.only?.split(',') ?? [...CELLS.map(cellName), ...WAYS];
  const cells = CELLS.filter(cell => names.includes(cellName(cell)));
  const ways = WAYS.filter(way => names.includes(way));
  const known = new Set<string>([...cells.map(cellName), ...ways]);
  const unknown = names.find(name => !known.has(name));
  if (unknown !== undefined) throw new Error(`there is no measurement ${unknown}`);
  return { cells, ways, seconds };
}
