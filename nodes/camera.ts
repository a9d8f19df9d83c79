import type { Node, NodeAPI } from 'node-red';
import type { SourceState } from '../engine/capture/Source';
import type { CaptureProxy } from '../engine/port/CaptureProxy';
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
    const topic = config.name || 'camera';
    let capture: CaptureProxy | undefined;
    let wiredAs = '';

    const open = () => {
      const opened = hold.engine.openCapture({
        options: cameraOptions(config, this.credentials),
        lingerMs: lingerMs(config),
        // An unwired output costs nothing: without a wire no picture is decoded.
        frames: (wiresOf(this, config)[FRAMES]?.length ?? 0) > 0,
        origin: this.id,
        label: topic,
      });
      opened.on('state', state => showState(status, state));
      opened.on('failed', error => status.fail(error));
      opened.on('frame', frame => this.send([null, frameMessage(frame, topic)]));
      return opened;
    };

    // A deploy may change the wires and leave the node running. A new track then goes along the new
    // wires, and whoever held the old one over a wire that is gone loses it.
    const announce = () => {
      const wires = JSON.stringify(wiresOf(this, config));
      if (capture && wires !== wiredAs) {
        void capture.close();
        capture = open();
      }
      wiredAs = wires;
      if (capture) this.send([{ payload: capture.track, topic }, null]);
    };

    this.on('close', async (done: () => void) => {
      RED.events.off('flows:started', announce);
      await capture?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      wiredAs = JSON.stringify(wiresOf(this, config));
      capture = open();
      RED.events.on('flows:started', announce);
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

const FRAMES = 1;

/** The targets of each output as they are now; the types do not know that nodes have them. */
function wiresOf(node: Node & { wires?: string[][] }, { wires }: CameraConfig): string[][] {
  return node.wires ?? wires;
}

function showState(status: NodeStatus, state: SourceState): void {
  switch (state.state) {
    case 'idle':
      status.show(LOOK.idle, 'ready');
      return;
    case 'starting':
      status.show(LOOK.starting, 'starting');
      return;
    case 'live':
    case 'lingering':
      showPicture(status, state);
      return;
    case 'ended':
      status.show(LOOK.idle, 'ended');
      return;
    case 'failing':
    case 'backingOff':
      // The status keeps saying why.
      return;
    default:
      state.state satisfies never;
  }
}

function showPicture(status: NodeStatus, { width, height, frameRate }: SourceState): void {
  if (!width || !height) status.show(LOOK.starting, 'starting');
  else if (!frameRate) status.show(LOOK.live, 'size', { width, height });
  else status.show(LOOK.live, 'live', { width, height, fps: frameRate });
}
