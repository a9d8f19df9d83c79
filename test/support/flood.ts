import assert from 'node:assert/strict';
import type { RTCDataChannel } from 'werift';
import { DataSender } from '../../engine/peer/stack/DataSender';
import type { WeriftBrowser } from './WeriftBrowser';

/** Sends numbers from 0 on as fast as they go. Returns how many. */
export function flood(browser: WeriftBrowser, channel: RTCDataChannel): number {
  const count = 5000;
  const transport = browser.connection.sctpTransport;
  assert.ok(transport);
  let sent = 0;
  const sendOn = () => {
    for (; sent < count && !sender.isBusy; sent += 1) sender.send(channel, `${sent}`);
  };
  const sender = new DataSender(transport, sendOn);
  sendOn();
  return count;
}
