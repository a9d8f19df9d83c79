import type { Node, NodeAPI } from 'node-red';
import { PicameraMissingError } from '../engine/model/errors/picameraErrors';
import { changedControls, picameraControls } from '../engine/model/picameraControls';
import type { CaptureState } from '../engine/port/protocol';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { frameSettings } from './lib/frameSettings';
import { lingerMs } from './lib/lingerMs';
import { frameFields } from './lib/mediaMessages';
import { NodeStatus } from './lib/NodeStatus';
import { OpenCapture } from './lib/OpenCapture';
import { controlsIn, type PicameraConfig, picameraOptions } from './lib/picameraOptions';
import { showPicture } from './lib/showPicture';
import { isWired } from './lib/wires';
import { withVariables } from './lib/withVariables';

const FRAMES = 1;

/** rtc-picamera: a Raspberry Pi's camera module as a Track (output 1) and as frames (output 2). */
export = (RED: NodeAPI): void => {
  function PicameraNode(this: Node, settings: PicameraConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const topic = config.name || 'picamera';
    const isSnapshot = config.frames === 'snapshot';
    let controls = {};
    let capture: OpenCapture | undefined;
    /** Why it cannot work, found before anybody wanted its pictures. */
    let problem: unknown;
    let leftOut = '';
    let isClosed = false;

    const showState = (state: CaptureState) => {
      if (state.state === 'live') problem = undefined;
      if (state.state === 'idle' && problem) status.fail(problem);
      else showPicture(status, state);
      warn(state.leftOut);
    };
    const warn = (options: readonly string[] = []) => {
      const list = options.join(', ');
      if (list && list !== leftOut)
        this.warn(RED._('warnings.options-left-out', { options: list }));
      leftOut = list;
    };

    const open = () => {
      const hasStream = !isSnapshot && isWired(this, config, FRAMES);
      const opened = hold.engine.openCapture({
        kind: 'video',
        settings: {
          options: picameraOptions(config, controls),
          lingerMs: lingerMs(config),
          ...(hasStream ? { frames: frameSettings(config) } : {}),
        },
        origin: this.id,
        label: topic,
      });
      opened.on('state', showState);
      opened.on('failed', error => status.fail(error));
      opened.on('frame', frame => this.send([null, { ...frameFields(frame), topic }]));
      return opened;
    };

    /** Says at once what is missing, not only when somebody wants to see something. */
    const look = async () => {
      const { camera, hasTestPattern } = picameraOptions(config, controls);
      if (hasTestPattern) return;
      const cameras = await hold.engine.listPicameras();
      if (!cameras.some(each => each.camera === camera)) {
        throw new PicameraMissingError(`camera ${camera}`);
      }
    };

    this.on('input', async (message, send, done) => {
      try {
        const wanted = controlsIn(message.payload);
        if (wanted && capture) {
          controls = changedControls(controls, picameraControls({ ...config }), wanted);
          capture.current.changePicamera(picameraOptions(config, controls));
        } else if (isSnapshot && capture) {
          const frame = await capture.current.snapshot(frameSettings(config));
          send([null, { ...message, ...frameFields(frame), topic }]);
        }
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

    this.on('close', async (done: () => void) => {
      isClosed = true;
      await capture?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      controls = picameraControls({ ...config });
      capture = new OpenCapture(RED, this, { config, topic, open });
    } catch (error) {
      status.fail(error);
      return;
    }
    look().catch(error => {
      if (isClosed) return;
      problem = error;
      status.fail(error);
    });
  }

  RED.nodes.registerType('rtc-picamera', PicameraNode);

  serveDevices(RED, {
    path: '/rtcbot/picameras',
    permission: 'rtc-picamera.read',
    list: async engine => ({ devices: await engine.listPicameras() }),
  });
};
