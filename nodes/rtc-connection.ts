import type { Node, NodeAPI } from 'node-red';
import type { ConnectionProxy } from '../engine/port/ConnectionProxy';
import { TrackHandle } from '../engine/port/TrackHandle';
import { clientAssets } from './lib/clientAssets';
import {
  type ConnectionConfig,
  type ConnectionCredentials,
  connectionOptions,
} from './lib/connectionOptions';
import { mountEndpoint } from './lib/endpointOf';
import { holdEngine } from './lib/engine';
import { type Mount, Mounts } from './lib/mount';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { dataOf, fromPeer, messageFrom, type PeerMessage, peerOf } from './lib/peerMessage';
import { answerMessage, isOffer, type SignalingMessage } from './lib/wiredSignaling';

type Incoming = PeerMessage & SignalingMessage & { command?: unknown };

/** rtc-connection: any number of browsers. Outputs: messages, video, audio, events, and answer if wired. */
export = (RED: NodeAPI): void => {
  // Before any flow starts, so that endpoints stand before all `http in` nodes.
  Mounts.of(RED);
  const assets = clientAssets();

  function ConnectionNode(this: Node<ConnectionCredentials>, config: ConnectionConfig): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const isWired = config.signaling === 'wired';
    let connection: ConnectionProxy | undefined;
    let mount: Mount | undefined;
    let refusal: Error | undefined;

    const show = () => {
      if (refusal) status.fail(refusal);
      else showCount(status, connection?.peers.size ?? 0);
    };
    const sendEvent = (peer: string, event: object) =>
      this.send([null, null, null, { ...fromPeer(peer), ...event }]);

    const open = () => {
      const opened = hold.engine.openConnection(connectionOptions(config));
      connection = opened;
      opened.on('opened', show);
      opened.on('connected', peer => {
        show();
        sendEvent(peer, { payload: 'connected' });
      });
      opened.on('disconnected', (peer, reason) => {
        show();
        sendEvent(peer, { payload: 'disconnected', reason });
      });
      opened.on('message', (...received) => this.send([messageFrom(...received)]));
      opened.on('failed', error => status.fail(error));
      if (isWired) return;
      const refuse = (error: Error | undefined) => {
        refusal = error;
        show();
      };
      mount = mountEndpoint(RED, {
        config,
        token: this.credentials.token,
        answerer: opened,
        assets,
        listener: { mounted: () => refuse(undefined), refused: refuse },
      });
    };

    this.on('input', async (message: Incoming, send, done) => {
      try {
        if (!connection) throw new Error('the node is not set up: see its first error');
        if (isWired && isOffer(message)) {
          const failure = await answerMessage(message, connection);
          if (failure) this.log(message.payload);
          send([null, null, null, null, message]);
        } else await handle(connection, message);
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

    this.on('close', async (done: () => void) => {
      mount?.close();
      await connection?.close();
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

  RED.nodes.registerType<
    Node<ConnectionCredentials>,
    ConnectionConfig,
    object,
    ConnectionCredentials
  >('rtc-connection', ConnectionNode, { credentials: { token: { type: 'password' } } });
};

/** Carries out what a message asks for. @throws MediaError */
async function handle(connection: ConnectionProxy, message: Incoming): Promise<void> {
  if (message.payload instanceof TrackHandle) connection.addTrack(message.payload);
  else if (message.command === 'close') await connection.closePeer(peerOf(message));
  else await connection.send(dataOf(message.payload), peerOf(message), message.channel);
}

function showCount(status: NodeStatus, peers: number): void {
  if (peers === 0) status.show(LOOK.idle, 'ready');
  else if (peers === 1) status.show(LOOK.live, 'peer');
  else status.show(LOOK.live, 'peers', { number: peers });
}
