import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { exampleFlow } from '../support/flows';

type Message = Record<string, unknown> & { payload: Buffer };

/** Runs the function node of an example as Node-RED does, and gives what it returns. */
function run(example: string, msg: Message): Message {
  const code = exampleFlow(example).find(({ type }) => type === 'function')?.func;
  // The runtime gives its own Buffer to the functions, too.
  return runInNewContext(`(msg => {${String(code)}\n})`, { Buffer })(msg);
}

function samples(...values: number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => {
    buffer.writeInt16LE(value, index * 2);
  });
  return buffer;
}

describe('The function in the example 07 Process frames', () => {
  const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 128, 128];
  const frame = () => ({ payload: Buffer.from(pixels), format: 'rgb24', width: 3, height: 2 });

  it('makes a gray picture of the same size, as bright as the eye sees it', () => {
    const gray = run('07 Process frames', frame());
    assert.ok(Buffer.isBuffer(gray.payload));
    assert.deepEqual([...gray.payload], [76, 150, 29, 255, 0, 128]);
    assert.deepEqual([gray.format, gray.width, gray.height], ['gray8', 3, 2]);
  });

  it('leaves the picture that it received as it was', () => {
    const { payload, ...rest } = frame();
    run('07 Process frames', { payload, ...rest });
    assert.deepEqual([...payload], pixels);
  });
});

describe('The function in the example 09 Microphone louder', () => {
  const chunk = (payload: Buffer) => ({ payload, sampleRate: 48_000, channels: 1, bitDepth: 16 });

  it('doubles the sound and cuts off what is too loud', () => {
    const louder = run('09 Microphone louder', chunk(samples(0, 100, -100, 16_384, -20_000)));
    assert.ok(Buffer.isBuffer(louder.payload));
    assert.deepEqual(louder.payload, samples(0, 200, -200, 32_767, -32_768));
    assert.deepEqual([louder.sampleRate, louder.channels], [48_000, 1]);
  });

  it('leaves the chunk that it received as it was', () => {
    const payload = samples(1000, -1000);
    run('09 Microphone louder', chunk(payload));
    assert.deepEqual(payload, samples(1000, -1000));
  });
});

describe('The function in the example 11 Messages back and forth', () => {
  it('replies to the sender', () => {
    const message = { payload: { text: 'hello' }, peer: 'a' } as unknown as Message;
    const { payload, peer } = run('11 Messages back and forth', message);
    assert.deepEqual({ ...payload }, { reply: '"hello" has 5 letters' });
    assert.equal(peer, 'a');
  });
});

describe('The function in the example 14 One driver at a time', () => {
  for (const { it: sentence, payload, speeds } of [
    { it: 'lets sound speeds through', payload: { left: 0.5, right: -1 }, speeds: [0.5, -1] },
    { it: 'holds back what is too fast', payload: { left: 9, right: -9 }, speeds: [1, -1] },
    { it: 'stops at what is no speed', payload: { left: 'x' }, speeds: [0, 0] },
    { it: 'stops at nothing at all', payload: null, speeds: [0, 0] },
  ]) {
    it(sentence, () => {
      const message = { payload } as unknown as Message;
      const result = run('14 One driver at a time', message).payload as unknown;
      const { left, right } = result as { left: number; right: number };
      assert.deepEqual([left, right], speeds);
    });
  }
});
