import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awaitSilence, type SuddenEnd, saySilence } from '../../engine/process/suddenEnd';

describe('the sudden end of the process', () => {
  it('waits until the worker has said that it receives nothing', () => {
    let told: SuddenEnd | undefined;
    awaitSilence(note => {
      told = note;
      saySilence(note);
    });
    assert.equal(told?.endsNow[0], 1);
  });

  it('does not wait for ever for a worker that is stuck', () => {
    let told: SuddenEnd | undefined;
    awaitSilence(note => {
      told = note;
    });
    assert.equal(told?.endsNow[0], 0);
  });
});
