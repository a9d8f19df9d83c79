import { totalmem } from 'node:os';

/** Below this much memory an idle spare encoder (46 MB) is not worth it, in bytes. */
const SPARE_FROM_BYTES = 1.5 * 1024 ** 3;

/** True if this machine has memory for idle spare encoders. */
export function hasSpareMemory(): boolean {
  return totalmem() >= SPARE_FROM_BYTES;
}
