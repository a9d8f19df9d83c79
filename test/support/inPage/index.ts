/** The tools that every page of a test has as `window.inPage`. */
export { exchangeCards, shadesShown } from './cards';
export { connections, receivedCodec, remotePort } from './connections';
export { cutTexts } from './cutTexts';
export { faintTexts, namelessFields } from './dialogs';
export { firstFrameMs } from './firstFrame';
export { startOnsets, takeOnsets } from './onsets';
export { startClock, takeReadings } from './pictureClock';
export { quiet, watchQuiet } from './quiet';
export { sendClock } from './sendClock';
export { sendColors } from './sendColors';
export { sendToItself } from './sendToItself';
export { sentColor } from './sentColor';
export { sayAsServer, servedPeers, serveInPage } from './serverInPage';
export { shownColor } from './shownColor';
export { shownTexts } from './shownTexts';
export { heard, sendTone } from './sound';
export { focused, tabStops } from './tabStops';
export { presentedFrames, video } from './video';
