/**
 * The browser library of `@rtcbot/node-red-rtcbot`, served as `rtcbot.js` (global `rtcbot`) and as an
 * ES module: `connect()` and `<rtcbot-player>` for new pages, `RTCConnection` and `Queue` as in RTCBot.
 */
import { definePlayer } from './RtcbotPlayer';

export { connect } from './connect';
export type { Device, DeviceState } from './Device';
export type { DeviceKind, DeviceProblem } from './deviceProblem';
export type { Latency, PlaybackStats } from './LatencyMeter';
export { MediaLine } from './MediaLine';
export type { PlayerState } from './PlayerState';
export { Queue } from './Queue';
export { RTCConnection } from './RTCConnection';
export { RtcbotPlayer } from './RtcbotPlayer';
export { Session } from './Session';
export type { SessionEvents, SessionOptions, SessionState } from './SessionOptions';
export type { Problem } from './signaling';

definePlayer();
