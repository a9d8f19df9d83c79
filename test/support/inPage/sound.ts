import { session } from './session';

/** A piece of sound, full scale being 1. */
export interface Heard {
  /** In Hz. */
  readonly sampleRate: number;
  readonly samples: number[];
}

/** Where received sound can be looked at. */
export interface Listener {
  readonly context: AudioContext;
  readonly analyser: AnalyserNode;
  source?: MediaStreamAudioSourceNode;
}

/** About a third of a second at 48 kHz. */
const SAMPLES = 16_384;

let listener: Listener | undefined;

/**
 * The newest third of a second of the sound that the page's player receives, whether it lets it be
 * heard or not. The first call starts to listen, and follows the stream across connections.
 */
export async function heard(): Promise<Heard> {
  const { context, analyser } = receivedSound();
  await context.resume();
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return { sampleRate: context.sampleRate, samples: Array.from(samples) };
}

/** The sound that the page's player receives, as it goes into an audio graph. */
export function receivedSound(): Listener {
  listener ??= listen();
  return listener;
}

function listen(): Listener {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: SAMPLES });
  const made: Listener = { context, analyser };
  session().audio.watch(stream => {
    made.source?.disconnect();
    made.source = context.createMediaStreamSource(stream);
    made.source.connect(analyser);
  });
  return made;
}

/** Sends a sine of this frequency (in Hz) and amplitude (part of full scale) to the flow. */
export function sendTone(frequency: number, amplitude: number): void {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency });
  const out = context.createMediaStreamDestination();
  oscillator.connect(new GainNode(context, { gain: amplitude })).connect(out);
  oscillator.start();
  const [track] = out.stream.getAudioTracks();
  if (track) session().audio.putSubscription(track);
}
