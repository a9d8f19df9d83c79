import { session } from './session';

/** What is louder is sound, full scale being 1. */
const LOUD = 0.1;
/** Sound after so much silence is an onset, in s. */
const SILENCE = 0.1;

/** Tells the main thread at each onset by how many s of sound its last samples came after it. */
const DETECTOR = `registerProcessor('onsets', class extends AudioWorkletProcessor {
  silent = 0;
  process([[samples] = []]) {
    for (const [index, sample] of (samples ?? []).entries()) {
      this.silent += 1;
      if (Math.abs(sample) < ${LOUD}) continue;
      if (this.silent > ${SILENCE} * sampleRate) {
        this.port.postMessage((samples.length - index) / sampleRate);
      }
      this.silent = 0;
    }
    return true;
  }
});`;

const onsets: number[] = [];

/** Starts to note when sound begins in what the page's player receives. */
export async function startOnsets(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  const source = URL.createObjectURL(new Blob([DETECTOR], { type: 'text/javascript' }));
  await context.audioWorklet.addModule(source);
  const detector = new AudioWorkletNode(context, 'onsets');
  detector.port.onmessage = ({ data: agoS }: MessageEvent<number>) => {
    onsets.push(performance.timeOrigin + performance.now() - agoS * 1000);
  };
  detector.connect(context.destination);
  session().audio.watch(stream => context.createMediaStreamSource(stream).connect(detector));
}

/** When sound began after silence since the last call, in ms since the epoch. */
export function takeOnsets(): number[] {
  return onsets.splice(0);
}
