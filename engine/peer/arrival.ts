import type { EventEmitter } from 'node:events';
import { CallFailedError } from '../model/errors/callErrors';
import type { CloseCause } from './CloseCause';
import type { PeerGroupEvents } from './PeerGroupEvents';

/** Settles when a peer of the group is connected. @throws CallFailedError if it comes to nothing */
export function arrival(group: EventEmitter<PeerGroupEvents>, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const connected = (peer: string) => {
      if (peer === id) end(resolve);
    };
    const abandoned = (peer: string, cause: CloseCause) => {
      if (peer === id) end(() => reject(new CallFailedError(cause)));
    };
    const end = (settle: () => void) => {
      group.off('connected', connected).off('abandoned', abandoned);
      settle();
    };
    group.on('connected', connected).on('abandoned', abandoned);
  });
}
