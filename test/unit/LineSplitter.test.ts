import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineSplitter } from '../../engine/process/LineSplitter';

describe('LineSplitter', () => {
  it('gives whole lines however the bytes are split, umlauts too', () => {
    const bytes = Buffer.from('one\r\ntwö\n\n  three \rfour');
    for (let at = 0; at <= bytes.length; at++) {
      const lines: string[] = [];
      const splitter = new LineSplitter(line => lines.push(line));
      splitter.push(bytes.subarray(0, at));
      splitter.push(bytes.subarray(at));
      splitter.end();
      assert.deepEqual(lines, ['one', 'twö', '  three', 'four']);
    }
  });

  it('bounds a line that does not end', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter(line => lines.push(line));
    for (let i = 0; i < 100; i++) splitter.push(Buffer.alloc(1000, 'x'));
    splitter.end();
    assert.deepEqual(
      lines.map(line => line.length),
      [4096],
    );
  });
});
