import { type FlowNode, flowNode } from './flowNode';
import type { NodeRed } from './NodeRed';

/** A frame that a flow got; its picture is at `newestFrame`. */
export interface SeenFrame {
  readonly peer?: string;
  readonly topic?: string;
  readonly format: string;
  readonly contentType?: string;
  readonly width: number;
  readonly height: number;
  readonly timestamp: number;
  readonly sequence: number;
  readonly bytes: number;
  /** When the flow got it, in ms since the epoch. */
  readonly atMs: number;
}

/** A chunk that a flow got. */
export interface SeenChunk {
  readonly peer?: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly bitDepth: number;
  readonly timestamp: number;
  readonly sequence: number;
  readonly bytes: number;
  /** Root of the mean square of its samples, full scale being 1. */
  readonly level: number;
  /** When the flow got it, in ms since the epoch. */
  readonly atMs: number;
}

/** All that came since the flow was deployed, oldest first. */
export interface SeenMedia {
  readonly frames: readonly SeenFrame[];
  readonly chunks: readonly SeenChunk[];
}

/**
 * Function nodes `frames` and `chunks` to wire to, which record what comes, and routes from which
 * `seenMedia` and `newestFrame` read.
 */
export function mediaObservers(): FlowNode[] {
  return [
    flowNode('frames', 'function', {
      initialize: "flow.set('frames', []);",
      func: `${list('frames', 'atMs: Date.now(), ')}
flow.set('newest', msg.payload);`,
    }),
    flowNode('chunks', 'function', {
      initialize: "flow.set('chunks', []);",
      func: `let squares = 0;
for (let at = 0; at < msg.payload.length; at += 2) squares += (msg.payload.readInt16LE(at) / 32768) ** 2;
const level = Math.sqrt(squares / (msg.payload.length / 2));
${list('chunks', 'level, atMs: Date.now(), ')}`,
    }),
    ...route('media', "{ frames: flow.get('frames'), chunks: flow.get('chunks') }"),
    ...route('newest', "flow.get('newest')"),
  ];
}

/** Reads what the observers of media have recorded. */
export function seenMedia(nodeRed: NodeRed): Promise<SeenMedia> {
  return nodeRed.getJson<SeenMedia>('/media');
}

/** The payload of the newest frame. */
export async function newestFrame(nodeRed: NodeRed): Promise<Buffer> {
  const response = await fetch(`${nodeRed.origin}/newest`);
  return Buffer.from(await response.arrayBuffer());
}

/** Adds the fields of a message, all but its payload, to a list in the flow's context. */
function list(name: string, more: string): string {
  return `const { payload, _msgid, _session, ...fields } = msg;
flow.get('${name}').push({ ...fields, ${more}bytes: payload.length });`;
}

function route(name: string, answer: string): FlowNode[] {
  return [
    flowNode(`get-${name}`, 'http in', {
      url: `/${name}`,
      method: 'get',
      wires: [[`make-${name}`]],
    }),
    flowNode(`make-${name}`, 'function', {
      func: `msg.payload = ${answer};\nreturn msg;`,
      wires: [[`reply-${name}`]],
    }),
    flowNode(`reply-${name}`, 'http response'),
  ];
}
