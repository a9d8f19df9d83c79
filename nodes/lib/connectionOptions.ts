import type { NodeDef } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import { type EncoderSetting, isHardwareEncoder } from '../../engine/model/H264Encoder';
import type { ConnectionSettings } from '../../engine/port/protocol';
import type { DeadManConfig } from './deadManSettings';
import { type FramesConfig, frameSettings } from './frameSettings';
import type { ChannelConfig } from './messageTarget';
import { numberOf } from './numberOf';
import type { OriginConfig } from './originSettings';
import type { TokenConfig } from './tokenOf';

/** The settings of an rtc-connection as the editor writes them. */
export interface ConnectionConfig
  extends NodeDef,
    FramesConfig,
    ChannelConfig,
    DeadManConfig,
    OriginConfig,
    TokenConfig {
  readonly signaling: 'endpoint' | 'wired' | 'call';
  readonly path: string;
  /** Of the endpoint that is called. Absent in flows of older versions. */
  readonly address?: string;
  /** Id of the tls-config node for an https address. Absent in flows of older versions. */
  readonly tls?: string;
  /** Serve the ready-made page. */
  readonly page: boolean;
  readonly maxPeers: string | number;
  /** What becomes of one more. Absent in flows of older versions: it is refused. */
  readonly whenFull?: 'refuse' | 'replace';
  /** In seconds; empty or absent: no statistics. */
  readonly statsInterval?: string | number;
  /** The largest message that is taken from a peer, in MiB. Empty or absent: 4. */
  readonly maxMessage?: string | number;
  /** In kbit/s; empty: by the size of the picture. */
  readonly bitrate: string | number;
  /** In seconds. */
  readonly keyframeInterval: string | number;
  readonly latency: 'lowest' | 'smooth';
  /** What makes H.264. Absent in flows of older versions. */
  readonly encoder?: string;
  /** What leaves the output *video*. Absent in flows of older versions. */
  readonly video?: 'track' | 'frames';
  /** What leaves the output *audio*. Absent in flows of older versions. */
  readonly audio?: 'track' | 'chunks';
  readonly wires: string[][];
}

/** The secrets of an rtc-connection. */
export interface ConnectionCredentials {
  /** Access token; absent or empty: none is asked for. Of a call: that of the other endpoint. */
  readonly token?: string;
  /** Login at the server of the endpoint that is called; absent or empty: none. */
  readonly user?: string;
  readonly password?: string;
}

const PEERS = { least: 1, most: 1000 };
const MESSAGE_MIB = { least: 0.25, most: 64 };
const KBITS = { least: 50, most: 50_000 };
const SECONDS = { least: 0.5, most: 600 };
const STATS_SECONDS = { least: 0.5, most: 3600 };
const DEFAULT_PEERS = 32;
const DEFAULT_KEYFRAME_SECONDS = 10;

/** Which outputs are wired: only for those a peer is asked to send something. */
export interface WiredOutputs {
  readonly video: boolean;
  readonly audio: boolean;
}

/** What the engine is asked for. @throws SettingError that names the wrong setting */
export function connectionOptions(
  config: ConnectionConfig,
  wired: WiredOutputs,
): ConnectionSettings {
  const mib = numberOf('maxMessage', config.maxMessage, MESSAGE_MIB);
  const kbits = numberOf('bitrate', config.bitrate, KBITS);
  const seconds = numberOf('keyframeInterval', config.keyframeInterval, SECONDS);
  return {
    latency: config.latency === 'smooth' ? 'smooth' : 'lowest',
    ...(config.signaling === 'call' ? { isCaller: true } : {}),
    maxPeers: Math.round(numberOf('maxPeers', config.maxPeers, PEERS) ?? DEFAULT_PEERS),
    ...(config.whenFull === 'replace' ? { whenFull: 'replace' as const } : {}),
    ...(mib === undefined ? {} : { mostMessageBytes: Math.round(mib * 1024 * 1024) }),
    encoder: encoderSetting(config.encoder),
    keyframeIntervalMs: 1000 * (seconds ?? DEFAULT_KEYFRAME_SECONDS),
    ...(kbits === undefined ? {} : { bitrateBps: Math.round(1000 * kbits) }),
    ...(wired.video
      ? { video: config.video === 'frames' ? frameSettings(config) : ('track' as const) }
      : {}),
    ...(wired.audio ? { audio: config.audio ?? ('track' as const) } : {}),
  };
}

/** Time between two events `stats`, in ms; undefined for none. @throws SettingError */
export function statsIntervalMs({ statsInterval }: ConnectionConfig): number | undefined {
  const seconds = numberOf('statsInterval', statsInterval, STATS_SECONDS);
  return seconds === undefined ? undefined : 1000 * seconds;
}

function encoderSetting(value: string | undefined): EncoderSetting {
  if (!value) return 'automatic';
  if (value === 'automatic' || value === 'software' || isHardwareEncoder(value)) return value;
  throw new SettingError('encoder', `${value} is none of the encoders that the dialog lists`);
}
