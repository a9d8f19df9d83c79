/** One picture for a flow. */
export interface Frame {
  /** One complete JPEG. */
  readonly data: Uint8Array;
  readonly format: 'jpeg';
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Capture time, in ms since the epoch. */
  readonly timestampMs: number;
  /** Counts the pictures of the source that were offered to the flow, from 0; gaps are drops. */
  readonly sequence: number;
}
