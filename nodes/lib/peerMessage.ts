import type { NodeMessage } from 'node-red';
import { MessageError } from '../../engine/model/errors/errors';
import { bytesOf } from './bytesOf';

/** A message from or for a peer. */
export interface PeerMessage extends NodeMessage {
  /** Id of the peer; absent in a message that goes to all. */
  peer?: string;
  /** Label of the data channel; absent: `default`. */
  channel?: string;
  /** As core nodes mark the session that a message belongs to. */
  _session?: { type: string; id: string };
}

/** Reading longer text as JSON would hold Node-RED's thread up: it stays text, in characters. */
const MOST_JSON_LENGTH = 4 * 1024 * 1024;
const SESSION_TYPE = 'rtcbot';

/** The message that a peer's data becomes: JSON text its value unless it is very long, other text a string, binary a Buffer. */
export function messageFrom(peer: string, channel: string, data: string | Buffer): PeerMessage {
  const payload: unknown = typeof data === 'string' ? parsed(data) : data;
  return { ...fromPeer(peer), payload, channel };
}

/** The fields that tell which peer a message is from. */
export function fromPeer(peer: string): Pick<PeerMessage, 'peer' | '_session'> & NodeMessage {
  return { peer, _session: { type: SESSION_TYPE, id: peer } } as PeerMessage;
}

/** The peer that a message is for, undefined for all. */
export function peerOf({ peer, _session }: PeerMessage): string | undefined {
  if (typeof peer === 'string' && peer) return peer;
  if (_session?.type !== SESSION_TYPE) return undefined;
  // Messages are the work of anybody: the types are a wish.
  return typeof _session.id === 'string' && _session.id ? _session.id : undefined;
}

/** Which stream of sound it is part of: that of its peer, or of its topic; all others are one. */
export function streamOf(message: PeerMessage): string {
  return peerOf(message) ?? topicOf(message);
}

/** What the source of a picture is called: the topic of its message, empty where that is no text. */
export function topicOf({ topic }: { readonly topic?: unknown }): string {
  return typeof topic === 'string' ? topic : '';
}

/**
 * What is sent for a payload: bytes as binary, everything else as JSON text, as RTCBot does.
 * @throws MessageError if it cannot be written as JSON
 */
export function dataOf(payload: unknown): string | Buffer {
  const bytes = bytesOf(payload);
  if (bytes) return bytes;
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new MessageError(`it cannot be written as JSON (${detail})`, { cause: error });
  }
  if (text === undefined) throw new MessageError('it has no payload');
  return text;
}

function parsed(text: string): unknown {
  if (text.length > MOST_JSON_LENGTH) return text;
  try {
    return JSON.parse(text);
  } catch {
    // Text that is not JSON is a string.
    return text;
  }
}
