import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DeviceBusyError,
  FfmpegMissingError,
  MediaError,
  noteOf,
  RemoteMediaError,
} from '../../engine/model/errors/errors';

describe('media errors', () => {
  it('keep code, text and facts on the way over the thread boundary', () => {
    const note = structuredClone(noteOf(new DeviceBusyError('/dev/video0')));
    const there = new RemoteMediaError(note);
    assert.ok(there instanceof MediaError);
    assert.equal(there.code, 'device-busy');
    assert.deepEqual(there.facts, { device: '/dev/video0' });
    assert.match(there.message, /\/dev\/video0 is busy: close the program/);
  });

  it('keep their cause and carry the name of their class', () => {
    const cause = new Error('ENOENT');
    const error = new FfmpegMissingError({ cause });
    assert.equal(error.cause, cause);
    assert.equal(error.name, 'FfmpegMissingError');
  });

  for (const { it: sentence, thrown, text } of [
    { it: 'note any other error as unexpected', thrown: new TypeError('x'), text: 'x' },
    { it: 'note anything that was thrown', thrown: 'just a text', text: 'just a text' },
    { it: 'note even nothing', thrown: undefined, text: 'undefined' },
  ]) {
    it(sentence, () => {
      assert.deepEqual(noteOf(thrown), {
        code: 'unexpected',
        message: text,
        facts: { detail: text },
      });
    });
  }
});
