/**
 * The browser library of `@rtcbot/node-red-rtcbot`, served as `rtcbot.js` (global `rtcbot`) and as an
 * ES module: `connect()`, `<rtcbot-player>` and `<rtcbot-joystick>` for new pages; `RTCConnection`,
 * `Keyboard`, `Gamepad`, `setGamepadRate` and `Queue` as in RTCBot.
 */
import { defineJoystick } from './RtcbotJoystick';
import { definePlayer } from './RtcbotPlayer';

export type { Channel, ChannelOptions } from './Channel';
export { connect } from './connect';
export type { Device, DeviceState } from './Device';
export type { DeviceKind, DeviceProblem } from './deviceProblem';
export { Gamepad, type GamepadMessage, type GamepadOptions, setGamepadRate } from './Gamepad';
export { Joystick, type JoystickMessage, type JoystickOptions } from './Joystick';
export { Keyboard, type KeyboardOptions, type KeyMessage } from './Keyboard';
export type { Latency, PlaybackStats } from './LatencyMeter';
export { MediaLine } from './MediaLine';
export type { PlayerState } from './PlayerState';
export { Queue } from './Queue';
export { RTCConnection } from './RTCConnection';
export { RtcbotJoystick } from './RtcbotJoystick';
export { RtcbotPlayer } from './RtcbotPlayer';
export { Session } from './Session';
export type { SessionEvents, SessionOptions, SessionState } from './SessionOptions';
export type { Problem } from './signaling';

definePlayer();
defineJoystick();
