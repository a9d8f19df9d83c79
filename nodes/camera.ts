import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { CaptureProxy } from '../engine/port/CaptureProxy';
import { type ControlMessage, controlsIn } from './lib/cameraControls';
import { type CameraConfig, type CameraCredentials, cameraOptions } from './lib/cameraOptions';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { frameSettings } from './lib/frameSettings';
import { lingerMs } from './lib/lingerMs';
import { frameFields } from './lib/mediaMessages';
import { NodeStatus } from './lib/NodeStatus';
import { OpenCapture } from './lib/OpenCapture';
import { showPicture } from './lib/showPicture';
import { serveCameraTryout } from './lib/tryCamera';
import { isWired } from './lib/wires';
import { withVariables } from './lib/withVariables';

const FRAMES = 1;

type Send = (messages: (NodeMessage | null)[]) => void;

/** rtc-camera: a camera as a Track (output 1) and as frames (output 2). */
export = (RED: NodeAPI): void => {
  function CameraNode(this: Node<CameraCredentials>, settings: CameraConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
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
      opened.on('state', state => showPicture(status, state));
      opened.on('failed', error => status.fail(error));
      opened.on('frame', frame => this.send([null, { ...frameFields(frame), topic }]));
      return opened;
    };

    /** Sets and tells controls, and takes the picture that a message asks for. @throws MediaError */
    const handle = async (current: CaptureProxy, message: ControlMessage, send: Send) => {
      const isUsb = config.source === 'usb';
      const wanted = controlsIn(message, { inPayload: isUsb && !isSnapshot });
      if (wanted) await current.setControls(wanted);
      if (message.command === 'controls') {
        send([null, { ...message, payload: await current.controls(), topic }]);
      } else if (isSnapshot) {
        const frame = await current.snapshot(frameSettings(config));
        send([null, { ...message, ...frameFields(frame), topic }]);
      }
    };

    this.on('input', async (message, send, done) => {
      try {
        if (capture) await handle(capture.current, message, send);
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
