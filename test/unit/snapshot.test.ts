import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { snapshotName } from '../../client/media/snapshot';

describe('snapshotName', () => {
  it('is the local time, in the order of time and without what Windows forbids', () => {
    assert.equal(snapshotName(new Date(2026, 0, 4, 13, 7, 9)), 'snapshot 2026-01-04 13.07.09.jpg');
  });
});
