import type { Node, NodeMessage } from 'node-red';
import type { ConnectionProxy } from '../../engine/port/ConnectionProxy';
import type { StatsOfPeer } from '../../engine/port/protocol';
import type { TrackHandle } from '../../engine/port/TrackHandle';
import { DeadMan } from './DeadMan';
import type { DeadManSettings } from './deadManSettings';
import { chunkFields, frameFields } from './mediaMessages';
import { fromPeer, messageFrom } from './peerMessage';

/** What of the outputs is a matter of settings. */
export interface OutputSettings {
  readonly deadMan: DeadManSettings | undefined;
  /** Time between two events `stats` of each peer, in ms; undefined for none. */
  readonly statsMs: number | undefined;
}

/** Sends on what comes from the peers. Returns what ends that, once the connection is closed. */
export function sendOn(
  node: Node,
  connection: ConnectionProxy,
  { deadMan, statsMs }: OutputSettings,
): () => void {
  const endDeadMan = deadMan && watch(node, connection, deadMan);
  const endStats = statsMs === undefined ? undefined : reportStats(node, connection, statsMs);
  sendMediaOf(node, connection);
  const event = (peer: string, fields: object) =>
    node.send([null, null, null, { ...fromPeer(peer), ...fields }]);
  connection.on('message', (...received) => node.send([messageFrom(...received)]));
  connection.on('connected', peer => event(peer, { payload: 'connected' }));
  connection.on('disconnected', (peer, reason) => event(peer, { payload: 'disconnected', reason }));
  connection.on('abandoned', (peer, reason, { step, figures: stats }) =>
    event(peer, { payload: 'abandoned', reason, step, stats }),
  );
  return () => {
    endDeadMan?.();
    endStats?.();
  };
}

/** The event that tells how a peer does. */
export function statsEvent({ peer, ...stats }: StatsOfPeer): NodeMessage {
  return { ...fromPeer(peer), payload: 'stats', stats } as NodeMessage;
}

/** Sends the tracks of the peers that are connected again: a deploy may have made nodes new that got them. */
export function announceTracks(node: Node, connection: ConnectionProxy): void {
  for (const { peer, track } of connection.remoteTracks) sendTrack(node, peer, track);
}

function sendMediaOf(node: Node, connection: ConnectionProxy): void {
  connection.on('track', (peer, track) => sendTrack(node, peer, track));
  connection.on('frame', (peer, frame) => sendMedia(node, 'video', peer, frameFields(frame)));
  connection.on('chunk', (peer, chunk) => sendMedia(node, 'audio', peer, chunkFields(chunk)));
}

function sendTrack(node: Node, peer: string, track: TrackHandle): void {
  sendMedia(node, track.kind, peer, { payload: track });
}

function sendMedia(node: Node, kind: TrackHandle['kind'], peer: string, fields: object): void {
  const message = { ...fromPeer(peer), ...fields };
  node.send(kind === 'video' ? [null, message] : [null, null, message]);
}

/** Before the other listeners: what moves is to stop before anything else is told. */
function watch(
  node: Node,
  connection: ConnectionProxy,
  { silenceMs, payload }: DeadManSettings,
): () => void {
  const fire = (peer: string, reason: string) =>
    node.send([{ ...fromPeer(peer), payload: payload(), reason } as NodeMessage]);
  const deadMan = new DeadMan({ silenceMs, fire });
  connection.on('message', peer => deadMan.heard(peer));
  connection.on('disconnected', (peer, reason) => deadMan.left(peer, reason));
  return () => deadMan.close('redeployed');
}

function reportStats(node: Node, connection: ConnectionProxy, everyMs: number): () => void {
  const timer = setInterval(() => {
    if (connection.peers.size === 0) return;
    connection
      .stats()
      .then(all => {
        if (all.length > 0) node.send([null, null, null, all.map(statsEvent)]);
      })
      .catch(() => {
        // The engine is being started again; the next ones will come.
      });
  }, everyMs);
  return () => clearInterval(timer);
}
