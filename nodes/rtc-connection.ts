import type { Node, NodeAPI } from 'node-red';
import { asError } from '../engine/model/errors/asError';
import type { ConnectionProxy } from '../engine/port/ConnectionProxy';
import type { ConnectionState } from '../engine/port/protocol';
import { TrackHandle } from '../engine/port/TrackHandle';
import type { Calling } from './lib/Calling';
import { callTarget, showCall, startCalling } from './lib/callMode';
import { clientAssets } from './lib/clientAssets';
import {
  type ConnectionConfig,
  type ConnectionCredentials,
  connectionOptions,
  statsIntervalMs,
  type WiredOutputs,
} from './lib/connectionOptions';
import { announceTracks, type OutputSettings, sendOn, statsEvent } from './lib/connectionOutputs';
import { deadManSettings } from './lib/deadManSettings';
import { mountEndpoint } from './lib/endpointOf';
import { holdEngine } from './lib/engine';
import { frameIn, type MediaMessage, pcmIn } from './lib/mediaMessages';
import {
  type ChannelMessage,
  type ChannelSettings,
  channelSettings,
  targetOf,
} from './lib/messageTarget';
import { type Mount, Mounts } from './lib/mount';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { onFlowsStarted } from './lib/onFlowsStarted';
import { dataOf, type PeerMessage, peerOf, topicOf } from './lib/peerMessage';
import { showSending } from './lib/showSending';
import { tokenOf } from './lib/tokenOf';
import { WiredGate } from './lib/WiredGate';
import { answerMessage, isOffer, type SignalingMessage } from './lib/wiredSignaling';
import { isWired } from './lib/wires';
import { withVariables } from './lib/withVariables';

type Incoming = PeerMessage &
  SignalingMessage &
  MediaMessage &
  ChannelMessage & { command?: unknown };

const VIDEO = 1;
const AUDIO = 2;

/** rtc-connection: any number of browsers, or another endpoint that it calls. Outputs: messages, video, audio, events, and answer if wired. */
export = (RED: NodeAPI): void => {
  // Before any flow starts, so that endpoints stand before all `http in` nodes.
  Mounts.of(RED);
  const assets = clientAssets();

  function ConnectionNode(this: Node<ConnectionCredentials>, settings: ConnectionConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    const hasWiredSignaling = config.signaling === 'wired';
    const isCall = config.signaling === 'call';
    let connection: ConnectionProxy | undefined;
    let mount: Mount | undefined;
    let calling: Calling | undefined;
    let refusal: Error | undefined;
    let wiredAs: WiredOutputs | undefined;
    let outputs: OutputSettings;
    let channels: ChannelSettings;
    let gate: WiredGate | undefined;
    let endOutputs: (() => void) | undefined;
    let unlisten: (() => void) | undefined;

    let sending: ConnectionState = { unsent: 0 };

    const show = () => {
      const isAmiss = showSending(status, sending);
      if (refusal) status.fail(refusal);
      else if (isAmiss) return;
      else if (isCall) showCall(status, connection?.peers.size ?? 0);
      else showCount(status, connection?.peers.size ?? 0);
    };
    const open = () => {
      wiredAs = wiring();
      const target = isCall ? callTarget(RED, config, this.credentials) : undefined;
      const opened = hold.engine.openConnection(connectionOptions(config, wiredAs));
      connection = opened;
      opened.on('opened', show).on('connected', show).on('disconnected', show);
      opened.on('failed', error => status.fail(error));
      opened.on('state', state => {
        sending = state;
        show();
      });
      endOutputs = sendOn(this, opened, outputs);
      if (target) calling = startCalling(opened, status, target);
      else if (!hasWiredSignaling) mount = serve(opened);
    };

    const serve = (answerer: ConnectionProxy) => {
      const refuse = (error: Error | undefined) => {
        refusal = error;
        show();
      };
      const listener = { mounted: () => refuse(undefined), refused: refuse };
      try {
        const token = tokenOf(config, this.credentials);
        return mountEndpoint(RED, { config, token, answerer, assets, listener });
      } catch (error) {
        refuse(asError(error));
        return undefined;
      }
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
        announceTracks(this, connection);
        return;
      }
      mount?.close();
      calling?.close();
      void connection.close().then(endOutputs);
      open();
    };

    this.on('input', async (message: Incoming, send, done) => {
      try {
        if (!connection) throw new Error('the node is not set up: see its first error');
        if (gate && isOffer(message)) {
          const failure = await answerMessage(message, connection, gate);
          if (failure) this.log(message.payload);
          send([null, null, null, null, message]);
        } else if (message.command === 'stats') {
          const stats = await connection.stats(peerOf(message));
          send([null, null, null, stats.map(statsEvent)]);
        } else if (message.command === 'call') calling?.now();
        else await handle(connection, message, channels);
        if (message.command === 'close') calling?.hangUp();
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

    this.on('close', async (done: () => void) => {
      unlisten?.();
      mount?.close();
      calling?.close();
      await connection?.close();
      endOutputs?.();
      await hold.release();
      status.clear();
      done();
    });

    try {
      channels = channelSettings(config);
      outputs = { deadMan: deadManSettings(RED, this, config), statsMs: statsIntervalMs(config) };
      if (hasWiredSignaling) gate = new WiredGate(RED.settings, config);
      open();
      unlisten = onFlowsStarted(RED, followWires);
    } catch (error) {
      status.fail(error);
    }
  }

  RED.nodes.registerType<
    Node<ConnectionCredentials>,
    ConnectionConfig,
    object,
    ConnectionCredentials
  >('rtc-connection', ConnectionNode, {
    credentials: {
      token: { type: 'password' },
      user: { type: 'text' },
      password: { type: 'password' },
    },
  });
};

/** Carries out what a message asks for. @throws MediaError */
async function handle(
  connection: ConnectionProxy,
  message: Incoming,
  channels: ChannelSettings,
): Promise<void> {
  if (message.payload instanceof TrackHandle) connection.addTrack(message.payload);
  else if (message.command === 'close') await connection.closePeer(peerOf(message));
  else await put(connection, message, channels);
}

/** A picture or sound becomes media, all else a message. @throws MediaError */
function put(
  connection: ConnectionProxy,
  message: Incoming,
  channels: ChannelSettings,
): Promise<void> {
  const frame = frameIn(message);
  const peer = peerOf(message);
  if (frame) return connection.putFrame(frame, { peer, topic: topicOf(message) });
  const pcm = pcmIn(message);
  if (pcm) return connection.putPcm(pcm, peer);
  return connection.send(dataOf(message.payload), targetOf(message, channels));
}

function showCount(status: NodeStatus, peers: number): void {
  if (peers === 0) status.show(LOOK.idle, 'ready');
  else if (peers === 1) status.show(LOOK.live, 'peer');
  else status.show(LOOK.live, 'peers', { number: peers });
}
