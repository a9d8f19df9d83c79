import type { ConnectionState } from '../../engine/port/protocol';
import { LOOK, type NodeStatus } from './NodeStatus';

/** Shows what is amiss with what a connection sends, and warns of it. False where nothing is. */
export function showSending(status: NodeStatus, { unsent, mixed }: ConnectionState): boolean {
  status.warn('tracks-unsent', unsent > 0 ? { number: unsent } : undefined);
  status.warn('sizes-mixed', mixed && { width: mixed.width, height: mixed.height });
  if (mixed) status.show(LOOK.warned, 'mixed', { width: mixed.width, height: mixed.height });
  else if (unsent > 0) status.show(LOOK.warned, 'unsent', { number: unsent });
  return mixed !== undefined || unsent > 0;
}
