import type { AccessUnit } from '../../engine/model/AccessUnit';
import { CaptureEndedError } from '../../engine/model/errors/errors';
import { Track, type TrackOptions } from '../../engine/model/Track';
import { ManualClock } from './ManualClock';
import { ManualOrigin } from './ManualOrigin';

/** A track on a manual clock over a manual origin, and the states that it went through. */
export function setUpTrack(options: TrackOptions = {}) {
  const clock = new ManualClock();
  const origin = new ManualOrigin();
  const track = new Track(origin, { clock, lingerMs: 1000, retry: { firstMs: 100 }, ...options });
  const states: string[] = [];
  track.on('state', (state, retryMs) => states.push(retryMs ? `${state} ${retryMs}` : state));
  const subscribe = (units: AccessUnit[] = []) =>
    track.subscribe({ unit: unit => units.push(unit) });
  return { clock, origin, track, states, subscribe };
}

/** What an origin may fail with. */
export const failure = () => new CaptureEndedError('manual', 'a test says so');
