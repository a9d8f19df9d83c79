import { session } from './session';

/** What is louder is sound, full scale being 1. */
const LOUD = 0.1;
/** Sound after so much silence is an onset, in s. */
const SILENCE_S = 0.1;

/** Samples that are looked at together: 5 ms at 48 kHz. */
const BLOCK = 256;

const onsets: number[] = [];

/** Starts to note when sound begins in what the page's player receives. */
export async function startOnsets(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  // Deprecated, but a worklet would need a script of its own, which the page's policy forbids.
  const listener = context.createScriptProcessor(BLOCK, 1, 1);
  let silentS = 0;
  listener.onaudioprocess = ({ inputBuffer }) => {
    const { sampleRate, length } = inputBuffer;
    const nowMs = performance.timeOrigin + performance.now();
    for (const [index, sample] of inputBuffer.getChannelData(0).entries()) {
      silentS += 1 / sampleRate;
      if (Math.abs(sample) < LOUD) continue;
      if (silentS > SILENCE_S) onsets.push(nowMs - ((length - index) * 1000) / sampleRate);
      silentS = 0;
    }
  };
  listener.connect(context.destination);
  session().audio.watch(stream => context.createMediaStreamSource(stream).connect(listener));
}

/** When sound began after silence since the last call, in ms since the epoch. */
export function takeOnsets(): number[] {
  return onsets.splice(0);
}
