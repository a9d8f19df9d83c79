import { parseArgs } from 'node:util';
import { CELLS, type Cell, cellName } from './cells';

/** What a run of the bench measures. */
export interface BenchOptions {
  readonly cells: readonly Cell[];
  /** How long each cell is measured after its warm-up, in s. */
  readonly seconds: number;
}

export const USAGE = `npm run bench -- [--seconds 10] [--only CELL,CELL]
Cells: ${CELLS.map(cellName).join(' ')}`;

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
  const names = values.only?.split(',') ?? CELLS.map(cellName);
  const cells = names.map(name => {
    const cell = CELLS.find(each => cellName(each) === name);
    if (!cell) throw new Error(`there is no cell ${name}`);
    return cell;
  });
  return { cells, seconds };
}
