/** What a browser's statistics say about the video it receives: totals since the start, and now. */
export interface InboundVideo {
  bytes: number;
  framesDecoded: number;
  /** Sum over `framesEmitted` of the time spent in the jitter buffer, in s. */
  jitterBufferDelay: number;
  framesEmitted: number;
  /** Sum over `framesDecoded`, in s. */
  decodeTime: number;
  /** For example `H264`. */
  codec: string | undefined;
  /** In pixels. */
  width: number | undefined;
  height: number | undefined;
  /** Of the network path in use, in s. */
  roundTripTime: number | undefined;
}

/** Any entry of a statistics report: the fields differ per type and per browser. */
type Entry = Record<string, unknown>;

/** Picks the received video out of a statistics report. Undefined before the first packet. */
export function inboundVideoOf(report: ReadonlyMap<string, unknown>): InboundVideo | undefined {
  const entries = [...report.values()] as Entry[];
  const inbound = entries.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  if (!inbound) return undefined;
  const codec = report.get(inbound.codecId as string) as Entry | undefined;
  const path = entries.find(({ type, nominated, state }) => {
    return type === 'candidate-pair' && nominated && state === 'succeeded';
  });
  return {
    bytes: numberOf(inbound.bytesReceived) ?? 0,
    framesDecoded: numberOf(inbound.framesDecoded) ?? 0,
    jitterBufferDelay: numberOf(inbound.jitterBufferDelay) ?? 0,
    framesEmitted: numberOf(inbound.jitterBufferEmittedCount) ?? 0,
    decodeTime: numberOf(inbound.totalDecodeTime) ?? 0,
    codec: (codec?.mimeType as string | undefined)?.split('/')[1],
    width: numberOf(inbound.frameWidth),
    height: numberOf(inbound.frameHeight),
    roundTripTime: numberOf(path?.currentRoundTripTime),
  };
}

/**
 * The delay between two reports as far as statistics tell, in ms: half a round trip, jitter buffer
 * and decoder. What capture, encoder and display add stays unknown. Undefined if no frame came.
 */
export function estimatedLatencyMs(now: InboundVideo, before: InboundVideo): number | undefined {
  const emitted = now.framesEmitted - before.framesEmitted;
  const decoded = now.framesDecoded - before.framesDecoded;
  if (emitted <= 0 || decoded <= 0 || now.roundTripTime === undefined) return undefined;
  const buffered = (now.jitterBufferDelay - before.jitterBufferDelay) / emitted;
  const decoding = (now.decodeTime - before.decodeTime) / decoded;
  return (now.roundTripTime / 2 + buffered + decoding) * 1000;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
