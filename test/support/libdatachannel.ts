import { createRequire } from 'node:module';

/** The part of node-datachannel that is used here: a binding of libdatachannel, over OpenSSL. */
export interface Libdatachannel {
  readonly PeerConnection: new (name: string, options: object) => NativePeer;
  readonly Video: new (mid: string, direction: 'RecvOnly') => NativeVideo;
  readonly RtcpReceivingSession: new () => object;
}

/** A peer connection. */
export interface NativePeer {
  addTrack(video: NativeVideo): NativeTrack;
  setLocalDescription(type: 'offer'): void;
  localDescription(): { sdp: string } | null;
  setRemoteDescription(sdp: string, type: 'answer'): void;
  onStateChange(callback: (state: string) => void): void;
  onGatheringStateChange(callback: (state: string) => void): void;
  close(): void;
}

/** An m-section of video. */
export interface NativeVideo {
  addH264Codec(payloadType: number): void;
}

/** What comes on it. */
export interface NativeTrack {
  setMediaHandler(handler: object): void;
  onMessage(callback: (packet: Buffer) => void): void;
  close(): void;
}

/**
 * Loads it. Its types are ours, and it is loaded when it is first needed: where it has no binary, what
 * does not use it goes on.
 */
export function libdatachannel(): Libdatachannel {
  return createRequire(__filename)('node-datachannel') as Libdatachannel;
}
