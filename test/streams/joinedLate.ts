import { HttpServer } from '../support/HttpServer';
import type { ServedStream } from './ServedStream';
import { ffmpegBytes } from './streamBytes';

/** How a `joinedLate` stream is made. */
export interface JoinedLateOptions {
  /** A keyframe every so many seconds. */
  readonly keyframeS: number;
  /** So long after a keyframe viewers come, in seconds. */
  readonly lateS: number;
  /** H.264 is refreshed by columns of intra blocks instead, a round every so many pictures: no keyframe ever comes. */
  readonly refreshPictures?: number;
}

const RATE = 25;
const LENGTH_S = 40;
const STEP_MS = 40;
/** Of MPEG-TS, in bytes. */
const PACKET_BYTES = 188;

/**
 * An MPEG-TS stream that viewers find between two keyframes: it does not begin anew for them.
 * Multicast, smart-codec cameras with keyframes 10 to 60 s apart and encoders with intra refresh do
 * so; parameter sets come with the next keyframe, if ever. 320x240 at 25 pictures a second.
 */
export async function joinedLate(options: JoinedLateOptions): Promise<ServedStream> {
  const bytes = transportStream(options);
  const perStep = bytes.length / LENGTH_S / (1000 / STEP_MS);
  const skipped = Math.round((options.lateS * 1000 * perStep) / STEP_MS);
  const start = skipped - (skipped % PACKET_BYTES);
  const timers = new Set<NodeJS.Timeout>();
  const server = await HttpServer.start((_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp2t' });
    let at = start;
    const timer = setInterval(() => {
      const end = Math.min(bytes.length, at + Math.ceil(perStep));
      response.write(bytes.subarray(at, end));
      at = end;
      if (at >= bytes.length) response.end();
    }, STEP_MS);
    timers.add(timer);
    response.once('close', () => clearInterval(timer));
  });
  return {
    url: server.url('/camera'),
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await server.close();
    },
  };
}

function transportStream({ keyframeS, refreshPictures }: JoinedLateOptions): Buffer {
  const refresh = refreshPictures ? `:intra-refresh=1:keyint=${refreshPictures}` : '';
  return ffmpegBytes([
    ...['-f', 'lavfi', '-i', `testsrc2=s=320x240:r=${RATE},format=yuv420p`, '-t', `${LENGTH_S}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'],
    ...['-b:v', '400k', '-maxrate', '400k', '-bufsize', '100k', '-g', `${keyframeS * RATE}`],
    // Filled up to a steady rate, so that a place in the file is a point in time.
    ...['-x264-params', `scenecut=0:repeat-headers=1:sliced-threads=0:nal-hrd=cbr${refresh}`],
    ...['-f', 'mpegts', '-muxrate', '600k', 'pipe:1'],
  ]);
}
