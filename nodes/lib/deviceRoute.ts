import type { NodeAPI } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import type { EngineProxy } from '../../engine/port/EngineProxy';
import { holdEngine } from './engine';

/** What a device list of the editor is answered with. */
export interface DeviceRoute {
  /** Below the admin root, as `/rtcbot/cameras`. */
  readonly path: string;
  /** As `rtc-camera.read`. */
  readonly permission: string;
  /**
   * @param query of the request, unchecked
   * @throws SettingError if the query asks for what is not offered
   */
  readonly list: (engine: EngineProxy, query: Readonly<Record<string, unknown>>) => Promise<object>;
}

/** Lets the editor ask for a list of devices. */
export function serveDevices(RED: NodeAPI, { path, permission, list }: DeviceRoute): void {
  RED.httpAdmin.get(path, RED.auth.needsPermission(permission), async (request, response) => {
    const hold = holdEngine(RED);
    try {
      response.json(await list(hold.engine, request.query));
    } catch (error) {
      response
        .status(error instanceof SettingError ? 400 : 500)
        .send(error instanceof Error ? error.message : String(error));
    } finally {
      await hold.release();
    }
  });
}
