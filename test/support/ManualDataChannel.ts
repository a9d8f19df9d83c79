/** A browser's data channel with its other end in the hands of the test. */
export class ManualDataChannel {
  readonly label: string;
  readonly ordered: boolean;
  readonly maxRetransmits: number | null;
  readonly maxPacketLifeTime = null;
  /** What the browser was given, in its order. */
  readonly sent: (string | ArrayBuffer | ArrayBufferView)[] = [];
  readyState: RTCDataChannelState = 'connecting';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;

  constructor({ label = 'default', ordered = true, maxRetransmits = null as number | null } = {}) {
    this.label = label;
    this.ordered = ordered;
    this.maxRetransmits = maxRetransmits;
  }

  /** For who takes a channel of the browser; holds what our code uses of one. */
  get asChannel(): RTCDataChannel {
    return this as unknown as RTCDataChannel;
  }

  send(data: string | ArrayBuffer | ArrayBufferView): void {
    this.sent.push(data);
    this.bufferedAmount += typeof data === 'string' ? data.length : data.byteLength;
  }

  close(): void {
    this.readyState = 'closed';
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  /** The other side closes it. */
  end(): void {
    this.readyState = 'closed';
    this.onclose?.();
  }

  /** The network has taken everything. */
  drain(): void {
    this.bufferedAmount = 0;
    this.onbufferedamountlow?.();
  }

  receive(data: string | ArrayBuffer): void {
    this.onmessage?.({ data });
  }
}
