/** How many peers each thread has. */
export interface Loads {
  /** In the engine's own thread. */
  readonly own: number;
  /** In the others that can take some. */
  readonly others: readonly number[];
  /** Others that are being started. */
  readonly starting: number;
}

/** Where the next peer goes: the engine's own thread, or one of the others, by its place in the list. */
export interface Placement {
  readonly place: 'own' | number;
  /** There is to be one more thread. */
  readonly starts: boolean;
}

/**
 * Where one more peer goes: to the engine's own thread while there are few, then to where there are
 * fewest. A thread is started when it is needed, and takes peers once it runs.
 * @param few up to so many peers one thread does for all
 * @param most threads besides the engine's own
 */
export function placeOf({ own, others, starting }: Loads, few: number, most: number): Placement {
  const all = others.reduce((sum, each) => sum + each, own);
  if (all < few) return { place: 'own', starts: false };
  const starts = starting === 0 && others.length < most;
  const fewest = Math.min(...others);
  return { place: fewest < own ? others.indexOf(fewest) : 'own', starts };
}
