import { Event, type RTCDataChannel } from 'werift';

/** A data channel as the stack gives it, with its other end in the hands of the test. */
export class TestChannel {
  readonly onMessage = new Event<[string | Buffer]>();
  readonly stateChanged = new Event<[string]>();
  readonly sent: (string | Buffer)[] = [];
  readyState = 'connecting';
  bufferedAmount = 0;
  ordered = true;
  maxRetransmits: number | null = null;
  maxPacketLifeTime: number | null = null;

  /** For who takes a channel of the stack; holds what our code uses of one. */
  get asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }

  send(data: string | Buffer): void {
    this.sent.push(data);
  }

  close(): void {
    this.become('closed');
  }

  become(state: 'open' | 'closing' | 'closed'): void {
    this.readyState = state;
    this.stateChanged.execute(state);
  }
}
