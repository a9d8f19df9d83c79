import type { AudioUnit } from '../../engine/model/AudioUnit';
import type { MediaError } from '../../engine/model/errors/errors';
import type { Origin, OriginListener } from '../../engine/model/Origin';
import { Track } from '../../engine/model/Track';
import { ManualClock } from './ManualClock';
import { settled } from './settled';

/** A track of sound that a test feeds by hand. */
export function manualSound() {
  let listener: OriginListener<AudioUnit> | undefined;
  const origin: Origin<AudioUnit> = {
    label: 'manual',
    open: who => {
      listener = who;
      return {
        close: async () => {
          listener = undefined;
        },
      };
    },
  };
  const track = new Track<AudioUnit>(origin, { clock: new ManualClock(), lingerMs: 0 });
  const wanted = () => {
    if (!listener) throw new Error('nobody wants this sound');
    return listener;
  };
  return {
    track,
    push: (unit: AudioUnit) => wanted().unit(unit),
    end: () => wanted().ended(),
  };
}

/** Opens an origin of sound and keeps what it gives. */
export async function listenTo(origin: Origin<AudioUnit>) {
  const units: AudioUnit[] = [];
  const errors: MediaError[] = [];
  const heard = { units, errors, ended: 0 };
  const run = origin.open({
    unit: unit => units.push(unit),
    failed: error => errors.push(error),
    ended: () => {
      heard.ended += 1;
    },
  });
  await settled();
  return Object.assign(heard, { close: () => run.close() });
}

/** Cuts S16LE into units of a duration, the first at a time. */
export function unitsOf(
  pcm: Buffer,
  {
    sampleRate,
    channels = 1,
    unitMs = 20,
    fromMs = 0,
  }: { sampleRate: number; channels?: number; unitMs?: number; fromMs?: number },
): AudioUnit[] {
  const samples = Math.round((sampleRate * unitMs) / 1000);
  const bytes = samples * channels * 2;
  return Array.from({ length: Math.floor(pcm.length / bytes) }, (_, i) => ({
    codec: 'S16LE',
    data: pcm.subarray(i * bytes, (i + 1) * bytes),
    timestampMs: fromMs + (i * samples * 1000) / sampleRate,
    sampleRate,
    channels,
    samples,
  }));
}
