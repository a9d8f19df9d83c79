import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { MicrophoneOptions, MicrophoneRate } from '../engine/capture/MicrophoneCapture';
import { SettingError } from '../engine/model/errors';
import type { CaptureState } from '../engine/port/protocol';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { lingerMs } from './lib/lingerMs';
import { chunkFields } from './lib/mediaMessages';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { OpenCapture } from './lib/OpenCapture';
import { askedBackend, backendOf, type SoundConfig } from './lib/soundConfig';
import { isWired } from './lib/wires';

/** The settings of an rtc-microphone as the editor writes them. */
interface MicrophoneConfig extends NodeDef, SoundConfig {
  /** In Hz. */
  readonly sampleRate: string | number;
  readonly channels: string | number;
  /** In seconds. */
  readonly linger: string | number;
  readonly wires: string[][];
}

const CHUNKS = 1;
const RATES: readonly MicrophoneRate[] = [8000, 12_000, 16_000, 24_000, 44_100, 48_000];

/** rtc-microphone: a microphone as a Track (output 1) and as PCM chunks (output 2). */
export = (RED: NodeAPI): void => {
  function MicrophoneNode(this: Node, config: MicrophoneConfig): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const topic = config.name || 'microphone';
    let capture: OpenCapture | undefined;

    const open = () => {
      const opened = hold.engine.openCapture({
        kind: 'audio',
        settings: {
          options: microphoneOptions(config),
          lingerMs: lingerMs(config),
          chunks: isWired(this, config, CHUNKS),
        },
        origin: this.id,
        label: topic,
      });
      opened.on('state', state => showState(status, state));
      opened.on('failed', error => status.fail(error));
      opened.on('chunk', chunk => this.send([null, { ...chunkFields(chunk), topic }]));
      return opened;
    };

    this.on('close', async (done: () => void) => {
      await capture?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      capture = new OpenCapture(RED, this, { config, topic, open });
    } catch (error) {
      status.fail(error);
    }
  }

  RED.nodes.registerType('rtc-microphone', MicrophoneNode);

  serveDevices(RED, {
    path: '/rtcbot/microphones',
    permission: 'rtc-microphone.read',
    list: async (engine, { backend }) => engine.listMicrophones(askedBackend(backend)),
  });
};

/** @throws SettingError that names the wrong setting */
function microphoneOptions(config: MicrophoneConfig): MicrophoneOptions {
  const sampleRate = RATES.find(rate => rate === Number(config.sampleRate || 48_000));
  if (!sampleRate) throw new SettingError('sampleRate', `${config.sampleRate} is not offered`);
  const channels = Number(config.channels || 1);
  if (channels !== 1 && channels !== 2) throw new SettingError('channels', 'it is not 1 or 2');
  const backend = backendOf(config);
  return {
    sampleRate,
    channels,
    ...(config.device ? { device: config.device } : {}),
    ...(backend ? { backend } : {}),
  };
}

function showState(status: NodeStatus, { state, via, sampleRate }: CaptureState): void {
  if (state === 'idle') status.show(LOOK.idle, 'ready');
  else if (state === 'starting') status.show(LOOK.starting, 'starting');
  else if ((state === 'live' || state === 'lingering') && sampleRate) {
    status.show(LOOK.live, 'sound', { via: via ?? '', khz: sampleRate / 1000 });
  }
}
