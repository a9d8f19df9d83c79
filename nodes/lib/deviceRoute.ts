import type { NodeAPI } from 'node-red';
import type { EngineProxy } from '../../engine/port/EngineProxy';
import { holdEngine } from './engine';

/** What a device list of the editor is answered with. */
export interface DeviceRoute {
  /** Below the admin root, as `/rtcbot/cameras`. */
  readonly path: string;
  /** As `rtc-camera.read`. */
  readonly permission: string;
  readonly list: (engine: EngineProxy) => Promise<object>;
}

/** Lets the editor ask for a list of devices. */
export function serveDevices(RED: NodeAPI, { path, permission, list }: DeviceRoute): void {
  RED.httpAdmin.get(path, RED.auth.needsPermission(permission), async (_request, response) => {
    const hold = holdEngine(RED);
    try {
      response.json(await list(hold.engine));
    } catch (error) {
      response.status(500).send(error instanceof Error ? error.message : String(error));
    } finally {
      await hold.release();
    }
  });
}
