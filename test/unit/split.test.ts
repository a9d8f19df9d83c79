import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  framesOf,
  PartsRoom,
  SplitError,
  SplitReader,
  SplitRefusal,
} from '../../engine/peer/data/split';

const MARK = '\u0000rtcbot-split ';

const PART = Buffer.alloc(60 * 1024);

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

  const announcement = (bytes: number) =>
    `${MARK}{"bytes":${bytes},"parts":${Math.ceil(bytes / PART.length)},"text":false}`;

  it('is left out where it is larger than is taken, and the next one comes through', () => {
    const reader = new SplitReader(new PartsRoom(), 100_000);
    assert.throws(
      () => reader.read(announcement(100_001)),
      /it has 100001 bytes, 100000 are taken/,
    );
    assert.deepEqual(
      [reader.read(PART), reader.read(PART.subarray(0, 38_561))],
      [undefined, undefined],
    );
    assert.equal(reader.read('next'), 'next');
  });

  it('has a limit of 4 MiB unless it is told another', () => {
    assert.throws(() => new SplitReader().read(announcement(4 * 1024 * 1024 + 1)), SplitRefusal);
    assert.equal(new SplitReader().read(announcement(4 * 1024 * 1024)), undefined);
  });

  it('shares its room with those of all peers: one that finds none is left out', () => {
    const engine = new PartsRoom(3 * PART.length);
    const readers = [0, 1].map(() => new SplitReader(new PartsRoom(2 * PART.length, engine)));
    const [one, other] = readers;
    for (const reader of readers) reader.read(announcement(3 * PART.length));
    one?.read(PART);
    one?.read(PART);
    other?.read(PART);
    assert.throws(() => other?.read(PART), SplitRefusal);
    assert.equal(other?.read(PART), undefined, 'the rest of what is left out');
    assert.equal(other?.read('next'), 'next');
    assert.equal(engine.bytes, 2 * PART.length);
    one?.close();
    assert.equal(engine.bytes, 0);
  });
});
