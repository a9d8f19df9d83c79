import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineSplitter } from '../../engine/process/LineSplitter';
import { maskSecrets } from '../../engine/process/maskSecrets';

describe('maskSecrets', () => {
  for (const { it: sentence, text, expected } of [
    {
      it: 'takes user name and password out of every address',
      text: 'a://u:p@h/1 to b+c://x@h',
      expected: 'a://h/1 to b+c://h',
    },
    {
      it: 'knows passwords with an @',
      text: "from 'rtsp://u:p@ss@h:554/1'",
      expected: "from 'rtsp://h:554/1'",
    },
    {
      it: 'leaves an @ in a path alone',
      text: 'http://h/a@b?c=d@e',
      expected: 'http://h/a@b?c=d@e',
    },
    {
      it: 'hides the value of parameters named like a secret',
      text: 'http://h/?pwd=1&a=2&TOKEN=3#x',
      expected: 'http://h/?pwd=***&a=2&TOKEN=***#x',
    },
    {
      it: 'leaves other text alone',
      text: '[flv @ 0x1] password=x: mail me@home',
      expected: '[flv @ 0x1] password=x: mail me@home',
    },
  ]) {
    it(sentence, () => assert.equal(maskSecrets(text), expected));
  }
});

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
