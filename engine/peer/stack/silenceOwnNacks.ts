import type { RTCRtpReceiver } from 'werift';

/** The stack's private part that `silenceOwnNacks` needs (pinned version, `~0.24.4`). */
interface OwnNacks {
  readonly nack?: { close?(): void };
}

/**
 * Ends the stack's own NACKs. They stop for 65536 packets once a packet is lost at the wrap of the
 * sequence numbers, repeat every 5 ms whatever the path, and leave a 5 ms timer behind after a repair.
 */
export function silenceOwnNacks(receiver: RTCRtpReceiver): void {
  (receiver as unknown as OwnNacks).nack?.close?.();
}
