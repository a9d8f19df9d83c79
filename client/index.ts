/**
 * The browser library of `@rtcbot/node-red-rtcbot`, served as `rtcbot.js` (global `rtcbot`) and as an
 * ES module: `connect()`, `<rtcbot-player>` and `<rtcbot-joystick>` for new pages; `RTCConnection`,
 * `Keyboard`, `Gamepad`, `setGamepadRate` and `Queue` as in RTCBot.
 */
import { defineJoystick } from './input/RtcbotJoystick';
import { definePlayer } from './player/RtcbotPlayer';

export { Queue } from './base/Queue';
export type { Channel, ChannelOptions } from './channels/Channel';
export { connect } from './connection/connect';
export { RTCConnection } from './connection/RTCConnection';
export { Session } from './connection/Session';
export type { SessionEvents, SessionOptions, SessionState } from './connection/SessionOptions';
export type { Problem } from './connection/signaling';
export { Gamepad, type GamepadMessage, type GamepadOptions, setGamepadRate } from './input/Gamepad';
export { Joystick, type JoystickMessage, type JoystickOptions } from './input/Joystick';
export { Keyboard, type KeyboardOptions, type KeyMessage } from './input/Keyboard';
export { RtcbotJoystick } from './input/RtcbotJoystick';
export type { Device, DeviceState } from './media/Device';
export type { DeviceKind, DeviceProblem } from './media/deviceProblem';
export type { Latency, PlaybackStats } from './media/LatencyMeter';
export { MediaLine } from './media/MediaLine';
export type { PlayerState } from './player/PlayerState';
export { RtcbotPlayer } from './player/RtcbotPlayer';

definePlayer();
defineJoystick();
