import type { RTCDataChannel } from 'werift';
import type { ChannelSender } from '../../engine/peer/stack/DataSender';

/** Sends by the channels' own methods, and is as busy as a test says. */
export class TestSender implements ChannelSender {
  isBusy = false;
  isStuck = false;
  /** Becomes busy after so many messages. Default: never. */
  busyAfter = Number.POSITIVE_INFINITY;
  #sent = 0;

  send(channel: RTCDataChannel, data: string | Buffer): void {
    channel.send(data);
    this.#sent += 1;
    if (this.#sent >= this.busyAfter) this.isBusy = true;
  }
}
