/** A microphone or speaker at this machine. */
export interface SoundDevice {
  /** What to put into a `SoundStream`; it stays the same when cards are plugged elsewhere. */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** It is what `default` means. */
  readonly isDefault: boolean;
}
