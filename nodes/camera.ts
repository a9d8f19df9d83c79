import type { Node, NodeAPI } from 'node-red';
import type { CaptureState } from '../engine/port/protocol';
import { type CameraConfig, type CameraCredentials, cameraOptions } from './lib/cameraOptions';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { frameSettings } from './lib/frameSettings';
import { lingerMs } from './lib/lingerMs';
import { frameFields } from './lib/mediaMessages';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { OpenCapture } from './lib/OpenCapture';
import { serveCameraTryout } from './lib/tryCamera';
import { isWired } from './lib/wires';

const FRAMES = 1;

/** rtc-camera: a camera as a Track (output 1) and as frames (output 2). */
export = (RED: NodeAPI): void => {
  function CameraNode(this: Node<CameraCredentials>, config: CameraConfig): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const topic = config.name || 'camera';
    const isSnapshot = config.frames === 'snapshot';
    let capture: OpenCapture | undefined;

    const open = () => {
      const hasStream = !isSnapshot && isWired(this, config, FRAMES);
      const opened = hold.engine.openCapture({
        kind: 'video',
        settings: {
          options: cameraOptions(config, this.credentials),
          lingerMs: lingerMs(config),
          ...(hasStream ? { frames: frameSettings(config) } : {}),
        },
        origin: this.id,
        label: topic,
      });
      opened.on('state', state => showState(status, state));
      opened.on('failed', error => status.fail(error));
      opened.on('frame', frame => this.send([null, { ...frameFields(frame), topic }]));
      return opened;
    };

    this.on('input', async (message, send, done) => {
      try {
        if (isSnapshot && capture) {
          const frame = await capture.current.snapshot(frameSettings(config));
          send([null, { ...message, ...frameFields(frame), topic }]);
        }
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

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

  RED.nodes.registerType<Node<CameraCredentials>, CameraConfig, object, CameraCredentials>(
    'rtc-camera',
    CameraNode,
    { credentials: { user: { type: 'text' }, password: { type: 'password' } } },
  );

  serveDevices(RED, {
    path: '/rtcbot/cameras',
    permission: 'rtc-camera.read',
    list: async engine => ({ devices: await engine.listCameras() }),
  });
  serveCameraTryout(RED);
};

function showState(status: NodeStatus, state: CaptureState): void {
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

function showPicture(status: NodeStatus, { width, height, frameRate }: CaptureState): void {
  if (!width || !height) status.show(LOOK.starting, 'starting');
  else if (!frameRate) status.show(LOOK.live, 'size', { width, height });
  else status.show(LOOK.live, 'live', { width, height, fps: frameRate });
}
