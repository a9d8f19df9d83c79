import { Session } from './Session';
import type { SessionOptions } from './SessionOptions';

/**
 * Connects to an endpoint of the `rtc-connection` node and stays connected until `close()`.
 *
 * ```js
 * const session = rtcbot.connect('/rtcbot');
 * session.attach(document.querySelector('video'));   // play what the flow sends
 * session.on('message', message => show(message));   // what the flow says, JSON parsed
 * session.send({ speed: 0.5 });                      // becomes a message in the flow
 * session.on('state', (state, problem) => {});       // connecting, connected, reconnecting, closed
 * ```
 *
 * With sound, and the way back (pages on https or localhost):
 * ```js
 * const session = rtcbot.connect('/rtcbot', { audio: true, sendVideo: canvas.captureStream().getVideoTracks()[0] });
 * unmuteButton.onclick = () => { session.muted = false; };         // browsers want a click before sound
 * talkButton.onclick = async () => {
 *   if (!(await session.microphone.start())) show(session.microphone.problemText);
 * };
 * session.microphone.stop();
 * session.video.putSubscription(anotherTrack);                     // any track, at any time
 * ```
 *
 * @param url address of the endpoint, default `/rtcbot`
 */
export function connect(url = '/rtcbot', options: SessionOptions = {}): Session {
  return new Session(url, options);
}
