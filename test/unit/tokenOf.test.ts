import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TokenLostError } from '../../engine/model/errors/errors';
import { tokenOf } from '../../nodes/lib/tokenOf';

describe('The token of a node', () => {
  it('is that of its credentials, whatever version saved the node', () => {
    assert.equal(tokenOf({}, { token: 'sesame' }), 'sesame');
    assert.equal(tokenOf({ guarded: false }, { token: 'sesame' }), 'sesame');
    assert.equal(tokenOf({ guarded: true }, { token: 'sesame' }), 'sesame');
  });

  it('is none where none was saved', () => {
    assert.equal(tokenOf({}), undefined);
    assert.equal(tokenOf({ guarded: false }, { token: '' }), undefined);
  });

  it('is an error where it is gone', () => {
    assert.throws(() => tokenOf({ guarded: true }), TokenLostError);
    assert.throws(() => tokenOf({ guarded: true }, { token: '' }), TokenLostError);
  });
});
