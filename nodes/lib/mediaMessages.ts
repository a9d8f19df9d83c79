import type { NodeMessage } from 'node-red';
import type { FrameFormat } from '../../engine/model/Frame';
import type { ReceivedChunk, ReceivedFrame } from '../../engine/port/CaptureProxy';

/** One picture as it travels on a wire. */
export interface FrameFields {
  /** One complete JPEG file, or raw pixels without padding. */
  payload: Buffer;
  format: FrameFormat;
  /** Only of JPEG. */
  contentType?: 'image/jpeg';
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Capture time, in ms since the epoch. */
  timestamp: number;
  /** Counts pictures; gaps are pictures that the flow was too slow for. */
  sequence: number;
}

/** One piece of sound as it travels on a wire. */
export interface ChunkFields {
  /** S16LE, interleaved. */
  payload: Buffer;
  /** In Hz. */
  sampleRate: number;
  channels: number;
  bitDepth: 16;
  /** Capture time of the first sample, in ms since the epoch. */
  timestamp: number;
  /** Counts chunks; gaps are chunks that the flow was too slow for. */
  sequence: number;
}

/** What a frame puts into a message. */
export function frameFields(frame: ReceivedFrame): FrameFields {
  const { data, format, width, height, timestampMs, sequence } = frame;
  return {
    payload: data,
    format,
    ...(format === 'jpeg' ? { contentType: 'image/jpeg' } : {}),
    width,
    height,
    timestamp: timestampMs,
    sequence,
  };
}

/** What a chunk puts into a message. */
export function chunkFields(chunk: ReceivedChunk): ChunkFields {
  const { data, sampleRate, channels, timestampMs, sequence } = chunk;
  return { payload: data, sampleRate, channels, bitDepth: 16, timestamp: timestampMs, sequence };
}

/** A message whose payload may be a picture or sound. */
export type MediaMessage = NodeMessage &
  Partial<Record<keyof (FrameFields & ChunkFields), unknown>>;

const RAW: readonly unknown[] = ['rgb24', 'rgba', 'gray8', 'yuv420p'];

/** The picture in a message; undefined if it is none. What is raw says so: raw pixels may look like a JPEG. */
export function frameIn(
  message: MediaMessage,
  payload: unknown = message.payload,
): Omit<ReceivedFrame, 'timestampMs' | 'sequence'> | undefined {
  if (!Buffer.isBuffer(payload)) return undefined;
  const { format, width, height, contentType } = message;
  if (RAW.includes(format) && typeof width === 'number' && typeof height === 'number') {
    // The list holds exactly the raw formats.
    return { data: payload, format: format as FrameFormat, width, height };
  }
  const isJpeg = contentType === 'image/jpeg' || (payload[0] === 0xff && payload[1] === 0xd8);
  return isJpeg ? { data: payload, format: 'jpeg', width: 0, height: 0 } : undefined;
}

/** The sound in a message; undefined if it is none. */
export function pcmIn({
  payload,
  sampleRate,
  channels = 1,
}: MediaMessage): { data: Buffer; sampleRate: number; channels: number } | undefined {
  if (!Buffer.isBuffer(payload) || typeof sampleRate !== 'number') return undefined;
  return typeof channels === 'number' ? { data: payload, sampleRate, channels } : undefined;
}
