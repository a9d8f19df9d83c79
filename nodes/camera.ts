import type { Node, NodeAPI } from 'node-red';
import type { SourceState } from '../engine/capture/Source';
import {
  type CameraConfig,
  type CameraCredentials,
  cameraOptions,
  lingerMs,
} from './lib/cameraOptions';
import { holdEngine } from './lib/engine';
import { frameMessage } from './lib/frameMessage';
import { LOOK, NodeStatus } from './lib/NodeStatus';

/** rtc-camera: a camera as a Track (output 1) and as JPEG frames (output 2). */
export = (RED: NodeAPI): void => {
  function CameraNode(this: Node<CameraCredentials>, config: CameraConfig): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    let close = async () => {};

    const open = () => {
      const capture = hold.engine.openCapture({
        options: cameraOptions(config, this.credentials),
        lingerMs: lingerMs(config),
        // An unwired output costs nothing: without a wire no picture is decoded.
        frames: (config.wires[1]?.length ?? 0) > 0,
        origin: this.id,
        label: config.name || 'camera',
      });
      const sendTrack = () => this.send([{ payload: capture.track, topic: topic() }, null]);
      capture.on('state', state => showState(status, state));
      capture.on('failed', error => status.fail(error));
      capture.on('frame', frame => this.send([null, frameMessage(frame, topic())]));
      RED.events.on('flows:started', sendTrack);
      close = async () => {
        RED.events.off('flows:started', sendTrack);
        await capture.close();
      };
    };
    const topic = () => config.name || 'camera';

    this.on('close', async (done: () => void) => {
      await close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      open();
    } catch (error) {
      status.fail(error);
    }
  }

  RED.nodes.registerType<Node<CameraCredentials>, CameraConfig, object, CameraCredentials>(
    'rtc-camera',
    CameraNode,
    {
      credentials: { user: { type: 'text' }, password: { type: 'password' } },
    },
  );

  RED.httpAdmin.get(
    '/rtcbot/cameras',
    RED.auth.needsPermission('rtc-camera.read'),
    async (_request, response) => {
      const hold = holdEngine(RED);
      try {
        response.json({ devices: await hold.engine.listCameras() });
      } catch (error) {
        response.status(500).send(error instanceof Error ? error.message : String(error));
      } finally {
        await hold.release();
      }
    },
  );
};

function showState(status: NodeStatus, state: SourceState): void {
  switch (state.state) {
    case 'idle':
      return status.show(LOOK.idle, 'ready');
    case 'starting':
      return status.show(LOOK.starting, 'starting');
    case 'live':
    case 'lingering':
      return showPicture(status, state);
    case 'ended':
      return status.show(LOOK.idle, 'ended');
    case 'failing':
    case 'backingOff':
      // The status keeps saying why.
      return;
    default:
      state.state satisfies never;
  }
}

function showPicture(status: NodeStatus, { width, height, frameRate }: SourceState): void {
  if (!width || !height) return status.show(LOOK.starting, 'starting');
  if (!frameRate) return status.show(LOOK.live, 'size', { width, height });
  status.show(LOOK.live, 'live', { width, height, fps: frameRate });
}
