import { type FlowNode, flowNode } from '../test/support/flowNode';
import type { NodeRed } from '../test/support/NodeRed';
import { shownTimes } from '../test/support/shownTimes';

/** A picture of a browser as a flow got it. */
export interface ReceivedJpeg {
  readonly width: number;
  readonly height: number;
  /** When the flow got it, in ms since the epoch. */
  readonly atMs: number;
  /** The file, in base64. */
  readonly jpeg: string;
}

/** For the global context: the time with fractions of a ms, which function nodes have no way to. */
export const RECORDER_GLOBALS = {
  epochMs: '() => performance.timeOrigin + performance.now()',
};

/** A function node `jpegs` to wire to, which keeps what comes while it is asked to. */
export function recorderNodes(): FlowNode[] {
  return [
    flowNode('jpegs', 'function', {
      func: `const atMs = global.get('epochMs')();
const { width, height, payload } = msg;
flow.get('jpegs')?.push({ width, height, atMs, payload });`,
    }),
    flowNode('jpegs-in', 'http in', { url: '/jpegs', method: 'get', wires: [['jpegs-take']] }),
    flowNode('jpegs-take', 'function', {
      func: `const jpegs = flow.get('jpegs') || [];
flow.set('jpegs', msg.req.query.record ? [] : undefined);
msg.payload = jpegs.map(({ payload, ...more }) => ({ ...more, jpeg: payload.toString('base64') }));
return msg;`,
      wires: [['jpegs-out']],
    }),
    flowNode('jpegs-out', 'http response'),
  ];
}

/** Starts to keep the pictures. */
export async function startRecording(nodeRed: NodeRed): Promise<void> {
  await nodeRed.getJson('/jpegs?record=1');
}

/** The pictures since the start; no more are kept. */
export function takeRecording(nodeRed: NodeRed): Promise<ReceivedJpeg[]> {
  return nodeRed.getJson<ReceivedJpeg[]>('/jpegs');
}

/** Pictures that are decoded at one time: they are large. */
const BATCH = 100;

/** How late each picture was, from what its time cells say to its arrival in the flow, in ms. */
export function latenciesOf(recording: readonly ReceivedJpeg[]): number[] {
  const widths = new Set(recording.map(({ width }) => width));
  return [...widths].flatMap(one => {
    const sameSize = recording.filter(({ width }) => width === one);
    const starts = sameSize.map((_, index) => index).filter(index => index % BATCH === 0);
    return starts.flatMap(start => latenciesOfBatch(sameSize.slice(start, start + BATCH)));
  });
}

function latenciesOfBatch(recording: readonly ReceivedJpeg[]): number[] {
  const units = recording.map(({ jpeg, ...fields }) => ({
    ...fields,
    codec: 'JPEG' as const,
    data: Buffer.from(jpeg, 'base64'),
    key: true,
    timestampMs: 0,
  }));
  const times = shownTimes(process.env.FFMPEG_PATH ?? 'ffmpeg', units);
  return recording.flatMap(({ atMs }, index) => {
    const drawnMs = times[index];
    return drawnMs === undefined ? [] : [atMs - drawnMs];
  });
}
