/** Where an on-demand origin stands. */
export type State = 'idle' | 'starting' | 'live' | 'lingering' | 'ended' | 'failing' | 'backingOff';

/** What can happen to it. */
export type Happening =
  /** The first subscriber came. */
  | 'wanted'
  /** The last subscriber left. */
  | 'unwanted'
  /** The first unit arrived. */
  | 'started'
  /** The run failed. */
  | 'failed'
  /** The run came to its natural end. */
  | 'ended'
  /** The failed run has freed everything. */
  | 'stopped'
  /** The linger or back-off time is over. */
  | 'expired';

const NEXT = {
  idle: { wanted: 'starting' },
  starting: { started: 'live', unwanted: 'idle', failed: 'failing', ended: 'ended' },
  live: { unwanted: 'lingering', failed: 'failing', ended: 'ended' },
  lingering: { wanted: 'live', expired: 'idle', failed: 'idle', ended: 'idle' },
  // A file played once starts anew for the next subscriber.
  ended: { wanted: 'starting', unwanted: 'idle' },
  failing: { stopped: 'backingOff', unwanted: 'idle' },
  backingOff: { expired: 'starting', unwanted: 'idle' },
} as const satisfies Record<State, Partial<Record<Happening, State>>>;

/** The state after a happening; undefined where it means nothing. */
export function nextState(state: State, happening: Happening): State | undefined {
  const row: Partial<Record<Happening, State>> = NEXT[state];
  return row[happening];
}
