import { Session, type SessionOptions } from './Session';

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
 * @param url address of the endpoint, default `/rtcbot`
 */
export function connect(url = '/rtcbot', options: SessionOptions = {}): Session {
  return new Session(url, options);
}
