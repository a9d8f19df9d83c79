/** The tools that every page of a test has as `window.inPage`. */
export { connections, receivedCodec } from './connections';
export { firstFrameMs } from './firstFrame';
export { startClock, takeReadings } from './pictureClock';
export { presentedFrames, video } from './video';
