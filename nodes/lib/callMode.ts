import type { NodeAPI } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import type { ConnectionProxy } from '../../engine/port/ConnectionProxy';
import type { CallTarget } from '../../signaling/call';
import { Calling } from './Calling';
import type { ConnectionConfig, ConnectionCredentials } from './connectionOptions';
import { LOOK, type NodeStatus } from './NodeStatus';
import { tlsOf } from './tlsOf';

/** Shorter pauses are not told, in ms. */
const SHORT_MS = 1000;

/** Lets a connection call an endpoint. */
export function startCalling(
  connection: ConnectionProxy,
  status: NodeStatus,
  target: CallTarget,
): Calling {
  return new Calling(connection, target, {
    calling: () => status.show(LOOK.starting, 'calling'),
    failed: error => status.fail(error),
    waiting: pauseMs => {
      if (pauseMs < SHORT_MS) return;
      status.show(LOOK.failed, 'retry', { seconds: Math.ceil(pauseMs / 1000) });
    },
    ended: () => status.show(LOOK.idle, 'hungUp'),
  });
}

/** Shows that the call is through. While it is not, the call tells itself how it does. */
export function showCall(status: NodeStatus, peers: number): void {
  if (peers > 0) status.show(LOOK.live, 'peer');
}

/** Whom the settings say to call. @throws SettingError for an address that is none */
export function callTarget(
  RED: NodeAPI,
  { address = '', tls }: Pick<ConnectionConfig, 'address' | 'tls'>,
  credentials: ConnectionCredentials,
): CallTarget {
  const text = address.trim();
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new SettingError('address', 'it is no address such as http://robot:1880/rtcbot');
  }
  const { username, password } = new URL(text);
  if (username || password) {
    throw new SettingError('address', 'enter user and password in their own fields');
  }
  return { address: text, ...credentials, tls: tlsOf(RED, tls) };
}
