import type { Node, NodeAPI } from 'node-red';
import type { CaptureState } from '../engine/port/protocol';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { lingerMs } from './lib/lingerMs';
import { chunkFields } from './lib/mediaMessages';
import { type MicrophoneConfig, microphoneOptions } from './lib/microphoneOptions';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { OpenCapture } from './lib/OpenCapture';
import { askedBackend } from './lib/soundConfig';
import { serveMicrophoneTryout } from './lib/tryMicrophone';
import { isWired } from './lib/wires';
import { withVariables } from './lib/withVariables';

const CHUNKS = 1;

/** rtc-microphone: a microphone as a Track (output 1) and as PCM chunks (output 2). */
export = (RED: NodeAPI): void => {
  function MicrophoneNode(this: Node, settings: MicrophoneConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
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
  serveMicrophoneTryout(RED);
};

function showState(status: NodeStatus, { state, via, sampleRate }: CaptureState): void {
  if (state === 'idle') status.show(LOOK.idle, 'ready');
  else if (state === 'starting') status.show(LOOK.starting, 'starting');
  else if ((state === 'live' || state === 'lingering') && sampleRate) {
    status.show(LOOK.live, 'sound', { via: via ?? '', khz: sampleRate / 1000 });
  }
}
