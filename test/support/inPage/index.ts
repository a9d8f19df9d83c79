/** The tools that every page of a test has as `window.inPage`. */
export { connections, receivedCodec } from './connections';
export { firstFrameMs } from './firstFrame';
export { startClock, takeReadings } from './pictureClock';
export { sendColors } from './sendColors';
export { sendToItself } from './sendToItself';
export { sentColor } from './sentColor';
export { shownColor } from './shownColor';
export { heard, sendTone } from './sound';
export { presentedFrames, video } from './video';
