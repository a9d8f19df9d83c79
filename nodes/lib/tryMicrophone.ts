import type { NodeAPI } from 'node-red';
import { type MicrophoneConfig, microphoneOptions } from './microphoneOptions';
import { serveTryout } from './Tryout';
import { withVariables } from './withVariables';

/** The level that a meter shows for silence, in dB of full scale. */
const SILENCE_DB = -90;

/** The level of the sound in the dialog of a microphone. */
export function serveMicrophoneTryout(RED: NodeAPI): void {
  serveTryout<number>(RED, {
    path: '/rtcbot/microphones/try',
    permission: 'rtc-microphone.write',
    open: (engine, { id, config }) => {
      const node = RED.nodes.getNode(id) ?? undefined;
      // The dialog sends what the editor would save.
      const entered = config as object as MicrophoneConfig;
      return engine.openCapture({
        kind: 'audio',
        settings: {
          options: microphoneOptions(withVariables(RED, node, entered)),
          lingerMs: 0,
          chunks: true,
        },
        origin: `try ${id}`,
        label: 'microphone',
      });
    },
    listen: (capture, show) => capture.on('chunk', ({ data }) => show(levelDb(data))),
    answer: level => ({ type: 'application/json', body: JSON.stringify({ level }) }),
  });
}

/** The loudness of S16LE samples, in dB of full scale (a square wave of full scale has 0). */
export function levelDb(samples: Buffer): number {
  let squares = 0;
  for (let at = 0; at + 1 < samples.length; at += 2) {
    squares += (samples.readInt16LE(at) / 32_768) ** 2;
  }
  const rms = Math.sqrt(squares / Math.max(1, samples.length >> 1));
  return Math.max(SILENCE_DB, 20 * Math.log10(rms));
}
