import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { framesOf, PartsRoom, SplitError, SplitReader } from '../../engine/peer/split';

const MARK = '\u0000rtcbot-split ';

/** What a reader makes of these frames. */
function read(frames: Iterable<string | Buffer>): unknown[] {
  const reader = new SplitReader();
  return [...frames].map(frame => reader.read(frame)).filter(each => each !== undefined);
}

describe('A message in parts', () => {
  for (const { it: sentence, message } of [
    { it: 'is whole again: bytes', message: Buffer.alloc(150_000, 'some bytes') },
    { it: 'is whole again: text with characters across the seams', message: '€'.repeat(70_000) },
    { it: 'is whole again: just two parts', message: Buffer.alloc(61_441, 1) },
  ]) {
    it(sentence, () => assert.deepEqual(read(framesOf(message)), [message]));
  }

  it('is announced as agreed, and its parts have at most 60 KiB', () => {
    const [head, ...parts] = framesOf('x'.repeat(100_000));
    assert.equal(head, `${MARK}{"bytes":100000,"parts":2,"text":true}`);
    assert.deepEqual(
      parts.map(({ length }) => length),
      [61_440, 38_560],
    );
  });

  it('may be one of many', () => {
    const message = Buffer.alloc(70_000, 7);
    const frames = [...framesOf(message), 'between', ...framesOf(message)];
    assert.deepEqual(read(frames), [message, 'between', message]);
  });

  it('may be empty', () => {
    const head = (text: boolean) => MARK + JSON.stringify({ bytes: 0, parts: 0, text });
    assert.deepEqual(read([head(true), head(false)]), ['', Buffer.alloc(0)]);
  });

  for (const text of ['', 'plain', '\u0000', '\u0000rtcbot', 'x\u0000rtcbot-split {}']) {
    it(`is not what ${JSON.stringify(text)} announces`, () =>
      assert.deepEqual(read([text]), [text]));
  }

  for (const { it: sentence, frames } of [
    { it: 'an announcement that is no JSON', frames: [`${MARK}nonsense`] },
    { it: 'an announcement of nothing', frames: [`${MARK}null`] },
    { it: 'an announcement without a number', frames: [`${MARK}{"parts":1,"text":true}`] },
    { it: 'parts below nothing', frames: [`${MARK}{"bytes":1,"parts":-1,"text":true}`] },
    {
      it: 'a multitude of tiny parts',
      frames: [`${MARK}{"bytes":1000000,"parts":1000000,"text":false}`],
    },
    { it: 'more parts than bytes', frames: [`${MARK}{"bytes":1,"parts":2,"text":true}`] },
    { it: 'parts that are too large', frames: [`${MARK}{"bytes":61441,"parts":1,"text":true}`] },
    {
      it: 'more than 64 MiB',
      frames: [`${MARK}{"bytes":67108865,"parts":1100,"text":true}`],
    },
    { it: 'text between the parts', frames: [`${MARK}{"bytes":5,"parts":1,"text":true}`, 'text'] },
    {
      it: 'more than was announced',
      frames: [`${MARK}{"bytes":5,"parts":1,"text":true}`, Buffer.alloc(6)],
    },
    {
      it: 'less than was announced',
      frames: [`${MARK}{"bytes":5,"parts":1,"text":true}`, Buffer.alloc(4)],
    },
  ]) {
    it(`cannot be read: ${sentence}`, () => assert.throws(() => read(frames), SplitError));
  }

  it('has to be done with before a peer may begin many others: they share 128 MiB', () => {
    const room = new PartsRoom();
    const readers = Array.from({ length: 4 }, () => new SplitReader(room));
    const part = Buffer.alloc(60 * 1024);
    const begin = (reader: SplitReader | undefined) => {
      const parts = 1092;
      reader?.read(`${MARK}{"bytes":${parts * part.length},"parts":${parts},"text":false}`);
      for (let sent = 1; sent < parts; sent += 1) reader?.read(part);
    };
    begin(readers[0]);
    begin(readers[1]);
    assert.throws(() => begin(readers[2]), SplitError);
    readers[2]?.close();
    assert.ok(readers[0]?.read(part));
    begin(readers[3]);
  });
});
