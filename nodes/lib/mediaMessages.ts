import { types } from 'node:util';
import type { NodeMessage } from 'node-red';
import { UnusableError } from '../../engine/model/errors/UnusableError';
import type { FrameFormat, InputFrame } from '../../engine/model/Frame';
import { imageKind } from '../../engine/model/imageKind';
import type { ReceivedChunk, ReceivedFrame } from '../../engine/port/CaptureProxy';
import { bytesOf } from './bytesOf';

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
const UNSIZED = { width: 0, height: 0 };

/**
 * The picture in a message; undefined if it is none. What is raw says so: raw pixels may look like a
 * JPEG. All else is known by its first bytes.
 * @throws UnusableError if it says that it is raw, and not how
 */
export function frameIn(
  message: MediaMessage,
  payload: unknown = message.payload,
): InputFrame | undefined {
  const data = bytesOf(payload);
  if (!data) return undefined;
  if (RAW.includes(message.format)) return rawIn(message, data);
  const isJpeg = message.contentType === 'image/jpeg' || (data[0] === 0xff && data[1] === 0xd8);
  if (isJpeg) return { ...UNSIZED, data, format: 'jpeg' };
  return imageKind(data) ? { ...UNSIZED, data, format: 'image' } : undefined;
}

function rawIn({ format, ...message }: MediaMessage, data: Buffer): InputFrame {
  const [width, height] = [numberIn(message.width), numberIn(message.height)];
  if (width === undefined || height === undefined) {
    throw new UnusableError(`raw pixels in ${format} need numbers in msg.width and msg.height`);
  }
  // The list holds exactly the raw formats.
  return { data, format: format as FrameFormat, width, height };
}

/** The sound in a message; undefined if it is none. @throws UnusableError if its samples are of another kind */
export function pcmIn(
  message: MediaMessage,
): { data: Buffer; sampleRate: number; channels: number } | undefined {
  const { payload } = message;
  const data = bytesOf(payload);
  const sampleRate = numberIn(message.sampleRate);
  const channels = numberIn(message.channels ?? 1);
  if (!data || sampleRate === undefined || channels === undefined) return undefined;
  // As bytes they would be noise, at full volume.
  if (types.isFloat32Array(payload) || types.isFloat64Array(payload)) {
    throw new UnusableError('its samples are floating-point numbers: send 16-bit integers');
  }
  return { data, sampleRate, channels };
}

/** A number, or a text that is one. */
function numberIn(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.trim() !== '';
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}
