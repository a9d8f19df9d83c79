import { receivedSound } from './sound';

/** What was heard since `watchQuiet`. */
export interface Quiet {
  /** The longest silence, in ms of sound. */
  readonly longestMs: number;
  /** How much sound was looked at, in ms. */
  readonly watchedMs: number;
}

/** What is louder than this part of full scale is no silence. */
const QUIET = 0.01;

/** Runs beside the page's own thread, so that a busy page misses nothing. Tells what it has every 10 ms. */
const PROCESSOR = `registerProcessor('quiet', class extends AudioWorkletProcessor {
  run = 0;
  longest = 0;
  watched = 0;
  process([[samples]]) {
    const isQuiet = !samples || samples.every(each => Math.abs(each) < ${QUIET});
    this.run = isQuiet ? this.run + 128 : 0;
    this.longest = Math.max(this.longest, this.run);
    this.watched += 128;
    if (this.watched % 512 === 0) this.port.postMessage([this.longest, this.watched]);
    return true;
  }
});`;

let found: Quiet = { longestMs: 0, watchedMs: 0 };
let node: AudioWorkletNode | undefined;

/** Begins to look for silence in the sound that the page's player receives; forgets what was before. */
export async function watchQuiet(): Promise<void> {
  const { context, analyser } = receivedSound();
  await context.resume();
  if (node) {
    node.port.onmessage = null;
    analyser.disconnect(node);
  } else {
    const module = URL.createObjectURL(new Blob([PROCESSOR], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(module);
  }
  node = new AudioWorkletNode(context, 'quiet', { numberOfOutputs: 0 });
  found = { longestMs: 0, watchedMs: 0 };
  node.port.onmessage = ({ data: [longest, watched] }) => {
    const msPerSample = 1000 / context.sampleRate;
    found = { longestMs: longest * msPerSample, watchedMs: watched * msPerSample };
  };
  analyser.connect(node);
}

/** What was heard since then. */
export function quiet(): Quiet {
  return found;
}
