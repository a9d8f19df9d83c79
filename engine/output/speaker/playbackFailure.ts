import { DeviceBusyError, type MediaError } from '../../model/errors/errors';
import {
  NaudiodonMissingError,
  PlaybackError,
  SoundAccessError,
  SoundDeviceMissingError,
  SoundServerGoneError,
} from '../../model/errors/soundErrors';
import type { ChildExit } from '../../process/Child';

/** Sentences of the players, in English, and what they mean. The first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, (device: string) => MediaError])[] = [
  [/Connection refused|Connection terminated|Host is down/i, d => new SoundServerGoneError(d)],
  [/resource busy|device busy/i, d => new DeviceBusyError(d)],
  [/Permission denied|Access denied|Operation not permitted/i, d => new SoundAccessError(d)],
  [
    /No such|Unknown PCM|no default device|Entity (killed|does not exist)/i,
    d => new SoundDeviceMissingError(d),
  ],
];

/**
 * Why a player ended.
 * @param device name for messages
 */
export function playbackFailure(device: string, exit: ChildExit): MediaError {
  const { error, lastWords, code, signal } = exit;
  if (error) return new PlaybackError(device, error.message, { cause: error });
  const missing = lastWords
    .map(line => /^naudiodon cannot be loaded: (.*)/.exec(line)?.[1])
    .find(Boolean);
  if (missing) return new NaudiodonMissingError(missing);
  // The newest line tells best; older ones may have been warnings.
  for (const line of lastWords.toReversed()) {
    const meaning = MEANINGS.find(([pattern]) => pattern.test(line));
    if (meaning) return meaning[1](device);
  }
  const how = signal ? `ended by ${signal}` : `exit code ${code}`;
  return new PlaybackError(device, lastWords.at(-1) ?? how);
}
