import type { Node, NodeAPI } from 'node-red';
import type { ConnectionProxy } from '../engine/port/ConnectionProxy';
import { TrackHandle } from '../engine/port/TrackHandle';
import { clientAssets } from './lib/clientAssets';
import {
  type ConnectionConfig,
  type ConnectionCredentials,
  connectionOptions,
  type WiredOutputs,
} from './lib/connectionOptions';
import { mountEndpoint } from './lib/endpointOf';
import { holdEngine } from './lib/engine';
import { chunkFields, frameFields, frameIn, type MediaMessage, pcmIn } from './lib/mediaMessages';
import { type Mount, Mounts } from './lib/mount';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { dataOf, fromPeer, messageFrom, type PeerMessage, peerOf } from './lib/peerMessage';
import { answerMessage, isOffer, type SignalingMessage } from './lib/wiredSignaling';
import { isWired } from './lib/wires';

type Incoming = PeerMessage & SignalingMessage & MediaMessage & { command?: unknown };

const VIDEO = 1;
const AUDIO = 2;

/** rtc-connection: any number of browsers. Outputs: messages, video, audio, events, and answer if wired. */
export = (RED: NodeAPI): void => {
  // Before any flow starts, so that endpoints stand before all `http in` nodes.
  Mounts.of(RED);
  const assets = clientAssets();

  function ConnectionNode(this: Node<ConnectionCredentials>, config: ConnectionConfig): void {
    RED.nodes.createNode(this, config);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const hasWiredSignaling = config.signaling === 'wired';
    let connection: ConnectionProxy | undefined;
    let mount: Mount | undefined;
    let refusal: Error | undefined;
    let wiredAs: WiredOutputs | undefined;

    const show = () => {
      if (refusal) status.fail(refusal);
      else showCount(status, connection?.peers.size ?? 0);
    };
    const open = () => {
      wiredAs = wiring();
      const opened = hold.engine.openConnection(connectionOptions(config, wiredAs));
      connection = opened;
      opened.on('opened', show).on('connected', show).on('disconnected', show);
      opened.on('failed', error => status.fail(error));
      sendOn(this, opened);
      if (!hasWiredSignaling) mount = serve(opened);
    };

    const serve = (answerer: ConnectionProxy) => {
      const refuse = (error: Error | undefined) => {
        refusal = error;
        show();
      };
      const { token } = this.credentials;
      const listener = { mounted: () => refuse(undefined), refused: refuse };
      return mountEndpoint(RED, { config, token, answerer, assets, listener });
    };

    // A deploy may change the wires and leave the node running: peers are then asked for more or less.
    const wiring = () => ({
      video: isWired(this, config, VIDEO),
      audio: isWired(this, config, AUDIO),
    });
    const followWires = () => {
      const { video, audio } = wiring();
      if (!connection) return;
      if (video === wiredAs?.video && audio === wiredAs.audio) {
        // The deploy may have made nodes new that got them.
        for (const { peer, track } of connection.remoteTracks) sendTrack(this, peer, track);
        return;
      }
      mount?.close();
      void connection.close();
      open();
    };

    this.on('input', async (message: Incoming, send, done) => {
      try {
        if (!connection) throw new Error('the node is not set up: see its first error');
        if (hasWiredSignaling && isOffer(message)) {
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
      RED.events.off('flows:started', followWires);
      mount?.close();
      await connection?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      open();
      RED.events.on('flows:started', followWires);
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

/** Sends on what comes from the peers. */
function sendOn(node: Node, connection: ConnectionProxy): void {
  const event = (peer: string, fields: object) =>
    node.send([null, null, null, { ...fromPeer(peer), ...fields }]);

  connection.on('message', (...received) => node.send([messageFrom(...received)]));
  connection.on('track', (peer, track) => sendTrack(node, peer, track));
  connection.on('frame', (peer, frame) => sendMedia(node, 'video', peer, frameFields(frame)));
  connection.on('chunk', (peer, chunk) => sendMedia(node, 'audio', peer, chunkFields(chunk)));
  connection.on('connected', peer => event(peer, { payload: 'connected' }));
  connection.on('disconnected', (peer, reason) => event(peer, { payload: 'disconnected', reason }));
}

function sendTrack(node: Node, peer: string, track: TrackHandle): void {
  sendMedia(node, track.kind, peer, { payload: track });
}

function sendMedia(node: Node, kind: TrackHandle['kind'], peer: string, fields: object): void {
  const message = { ...fromPeer(peer), ...fields };
  node.send(kind === 'video' ? [null, message] : [null, null, message]);
}

/** Carries out what a message asks for. @throws MediaError */
async function handle(connection: ConnectionProxy, message: Incoming): Promise<void> {
  if (message.payload instanceof TrackHandle) connection.addTrack(message.payload);
  else if (message.command === 'close') await connection.closePeer(peerOf(message));
  else await put(connection, message);
}

/** A picture or sound becomes media, all else a message. @throws MediaError */
function put(connection: ConnectionProxy, message: Incoming): Promise<void> {
  const frame = frameIn(message);
  if (frame) return connection.putFrame({ ...frame, timestampMs: 0, sequence: 0 });
  const pcm = pcmIn(message);
  if (pcm) return connection.putPcm(pcm);
  return connection.send(dataOf(message.payload), peerOf(message), message.channel);
}

function showCount(status: NodeStatus, peers: number): void {
  if (peers === 0) status.show(LOOK.idle, 'ready');
  else if (peers === 1) status.show(LOOK.live, 'peer');
  else status.show(LOOK.live, 'peers', { number: peers });
}
