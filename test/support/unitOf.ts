import type { AccessUnit } from '../../engine/model/AccessUnit';

/** An access unit for tests that do not look into it: one byte of VP8, no keyframe, 640x480. */
export function unitOf(fields: Partial<AccessUnit> = {}): AccessUnit {
  return {
    codec: 'VP8',
    data: Buffer.from([1]),
    key: false,
    timestampMs: 0,
    width: 640,
    height: 480,
    ...fields,
  };
}
