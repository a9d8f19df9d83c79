/** The connection that a data channel is part of. */
export interface Carrier {
  /** The largest frame that the other side takes, in bytes; undefined while unknown. */
  readonly mostBytes: number | undefined;
  /** Whether the other side takes messages in parts; undefined while unknown. */
  readonly splits: boolean | undefined;
  /** The largest message in parts that the other side takes, in bytes; undefined where it does not say. */
  readonly largest?: number | undefined;
  /** What still comes over it came over its successor, too. */
  readonly isMuted: boolean;
}
