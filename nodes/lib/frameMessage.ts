import type { NodeMessage } from 'node-red';
import type { ReceivedFrame } from '../../engine/port/CaptureProxy';

/** One picture as it travels on a wire. */
export interface FrameMessage extends NodeMessage {
  /** One complete JPEG file. */
  payload: Buffer;
  contentType: 'image/jpeg';
  format: 'jpeg';
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Capture time, in ms since the epoch. */
  timestamp: number;
  /** Counts pictures; gaps are pictures that the flow was too slow for. */
  sequence: number;
}

/** The message of a frame. @param topic the origin's name */
export function frameMessage(frame: ReceivedFrame, topic: string): FrameMessage {
  return {
    payload: frame.data,
    topic,
    contentType: 'image/jpeg',
    format: frame.format,
    width: frame.width,
    height: frame.height,
    timestamp: frame.timestampMs,
    sequence: frame.sequence,
  } as FrameMessage;
}
