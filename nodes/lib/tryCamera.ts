import type { NodeAPI } from 'node-red';
import type { ReceivedFrame } from '../../engine/port/CaptureProxy';
import { type CameraConfig, type CameraCredentials, cameraOptions } from './cameraOptions';
import { credentialsOf } from './dialogConfig';
import { serveTryout } from './Tryout';
import { withVariables } from './withVariables';

/** Enough to see what the camera sees. */
const PICTURES = { format: 'jpeg', maxWidth: 320, frameRate: 8 } as const;

/** Live pictures in the dialog of a camera: JPEG by JPEG. */
export function serveCameraTryout(RED: NodeAPI): void {
  serveTryout<ReceivedFrame>(RED, {
    path: '/rtcbot/cameras/try',
    permission: 'rtc-camera.write',
    open: (engine, { id, config }) => {
      const { user, password, ...settings } = config;
      const credentials = credentialsOf<CameraCredentials>(RED, id, { user, password });
      const node = RED.nodes.getNode(id) ?? undefined;
      // The dialog sends what the editor would save.
      const entered = settings as object as CameraConfig;
      const options = cameraOptions(withVariables(RED, node, entered), credentials);
      return engine.openCapture({
        kind: 'video',
        settings: { options, lingerMs: 0, frames: PICTURES },
        origin: `try ${id}`,
        label: 'camera',
      });
    },
    listen: (capture, show) => capture.on('frame', show),
    answer: ({ data }) => ({ type: 'image/jpeg', body: data }),
  });
}
