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

type Wheels = { left: number; right: number };

/** The function node of an example with a context of its own; gives what it sends on, and its status. */
function functionNode(example: string) {
  const code = exampleFlow(example).find(({ type }) => type === 'function')?.func;
  const kept = new Map<string, unknown>();
  const statuses: string[] = [];
  const globals = {
    context: { get: (key: string) => kept.get(key), set: kept.set.bind(kept) },
    node: { status: ({ text }: { text: string }) => statuses.push(text) },
  };
  const handle = runInNewContext(`(msg => {${String(code)}\n})`, globals);
  const receive = (payload: unknown, peer = 'p1'): Wheels | null => {
    const sent = handle({ payload, peer });
    // The object is one of the other context.
    return sent && { ...sent.payload };
  };
  return { receive, statuses };
}

describe('The function in the example 12 Drive with the keyboard', () => {
  const EXAMPLE = '12 Drive with the keyboard';
  const down = (code: string) => ({ type: 'keydown', code });
  const up = (code: string) => ({ type: 'keyup', code });

  it('makes the speeds of two wheels of the keys', () => {
    const { receive, statuses } = functionNode(EXAMPLE);
    assert.deepEqual(receive(down('KeyW')), { left: 1, right: 1 });
    assert.deepEqual(receive(down('ArrowRight')), { left: 1, right: 0 });
    assert.deepEqual(receive(up('KeyW')), { left: 1, right: -1 });
    assert.deepEqual(receive(up('ArrowRight')), { left: 0, right: 0 });
    assert.equal(statuses.at(-1), 'left 0, right 0');
  });

  it('tells the motors of changes only', () => {
    const { receive } = functionNode(EXAMPLE);
    receive(down('KeyS'));
    assert.equal(receive({ ...down('KeyS'), repeat: true }), null);
    assert.equal(receive(down('KeyX')), null);
  });

  it('releases the keys of a driver who is gone, and nobody else', () => {
    const { receive } = functionNode(EXAMPLE);
    receive(down('KeyW'), 'p1');
    receive(down('KeyW'), 'p2');
    assert.equal(receive('disconnected', 'p1'), null);
    assert.deepEqual(receive('stop', 'p2'), { left: 0, right: 0 });
  });

  it('leaves other messages alone', () => {
    const { receive } = functionNode(EXAMPLE);
    for (const payload of [null, 7, 'connected', [], { type: 'joystick' }]) {
      assert.equal(receive(payload), null);
    }
  });
});

describe('The function in the example 13 Drive with a gamepad or touch', () => {
  const EXAMPLE = '13 Drive with a gamepad or touch';
  const stick = (x: number, y: number) => ({ type: 'joystick', name: 'joystick', x, y });

  it('makes the speeds of two wheels of the joystick', () => {
    const { receive, statuses } = functionNode(EXAMPLE);
    assert.deepEqual(receive(stick(0, 0.5)), { left: 0.5, right: 0.5 });
    assert.deepEqual(receive(stick(0.6, 0.8)), { left: 1, right: 0.2 });
    assert.deepEqual(receive(stick(0, 0)), { left: 0, right: 0 });
    assert.deepEqual(statuses, ['left 0.5, right 0.5', 'left 1, right 0.2', 'left 0, right 0']);
  });

  it('makes them of a gamepad, whose stick is positive downwards', () => {
    const { receive } = functionNode(EXAMPLE);
    assert.deepEqual(receive({ type: 'axis1', value: -0.5 }), { left: 0.5, right: 0.5 });
    assert.deepEqual(receive({ type: 'axis0', value: 0.25 }), { left: 0.75, right: 0.25 });
    receive({ type: 'axis0', value: 0 });
    receive({ type: 'axis1', value: 0 });
    assert.deepEqual(receive({ type: 'trigger6', value: 1 }), { left: -1, right: -1 });
  });

  it('stops when the driver is gone', () => {
    const { receive } = functionNode(EXAMPLE);
    receive(stick(0, 1));
    assert.deepEqual(receive('disconnected'), { left: 0, right: 0 });
  });

  it('leaves other messages alone, and values that are no numbers', () => {
    const { receive } = functionNode(EXAMPLE);
    const strange = [
      null,
      'connected',
      { type: 'btn0', value: true },
      { type: 'axis1', value: 'x' },
    ];
    for (const payload of strange) assert.equal(receive(payload), null);
  });
});
