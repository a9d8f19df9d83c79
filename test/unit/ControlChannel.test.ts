import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ControlChannel, parseControl } from '../../client/connection/ControlChannel';
import { ManualDataChannel } from '../support/ManualDataChannel';

describe('parseControl', () => {
  const video = { rtpTimestamp: 4_000_000_000, captureTime: 1.5 };
  for (const { it: sentence, data, message } of [
    {
      it: 'reads a pong',
      data: '{"type":"pong","time":1,"serverTime":2}',
      message: { type: 'pong', time: 1, serverTime: 2 },
    },
    {
      it: 'reads a pong with a capture mark',
      data: JSON.stringify({ type: 'pong', time: 1, serverTime: 2, video }),
      message: { type: 'pong', time: 1, serverTime: 2, video },
    },
    {
      it: 'keeps a pong whose mark is broken',
      data: '{"type":"pong","time":1,"serverTime":2,"video":{"rtpTimestamp":"x"}}',
      message: { type: 'pong', time: 1, serverTime: 2 },
    },
    {
      it: 'reads what the server sends',
      data: '{"type":"sending","video":true}',
      message: { type: 'sending', video: true, audio: false },
    },
    { it: 'reads a reconnect', data: '{"type":"reconnect"}', message: { type: 'reconnect' } },
    { it: 'reads that messages wait', data: '{"type":"busy"}', message: { type: 'busy' } },
    {
      it: 'reads that it was replaced',
      data: '{"type":"replaced"}',
      message: { type: 'replaced' },
    },
    {
      it: 'reads what the server is capable of',
      data: '{"type":"hello","split":true}',
      message: { type: 'hello', split: true },
    },
    {
      it: 'reads how large a message the server takes',
      data: '{"type":"hello","split":true,"largest":4194304}',
      message: { type: 'hello', split: true, largest: 4_194_304 },
    },
    {
      it: 'reads that a message was left out',
      data: '{"type":"refused","reason":"it has 9 bytes"}',
      message: { type: 'refused', reason: 'it has 9 bytes' },
    },
    {
      it: 'takes a hello that names nothing for one of an older server',
      data: '{"type":"hello"}',
      message: { type: 'hello', split: false },
    },
    { it: 'ignores a pong without times', data: '{"type":"pong"}', message: undefined },
    { it: 'ignores types it does not know', data: '{"type":"news"}', message: undefined },
    { it: 'ignores text that is not JSON', data: 'hello', message: undefined },
    { it: 'ignores null', data: 'null', message: undefined },
    { it: 'ignores bytes', data: new ArrayBuffer(3), message: undefined },
  ]) {
    it(sentence, () => assert.deepEqual(parseControl(data), message));
  }
});

describe("the page's end of the control channel", () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  /** A server that has answered once. */
  function setUp(isHeard: () => boolean) {
    const channel = new ManualDataChannel();
    let losses = 0;
    const control = new ControlChannel(channel.asChannel, {
      lost: () => {
        losses += 1;
        control.close();
      },
      silent() {},
      reconnect() {},
      sending() {},
      replaced() {},
      hello() {},
      refused() {},
      isHeard: async () => isHeard(),
    });
    channel.open();
    channel.receive('{"type":"pong","time":1,"serverTime":2}');
    const wait = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 500) {
        mock.timers.tick(500);
        await turn();
      }
    };
    return { wait, losses: () => losses };
  }

  it('takes a server from which nothing comes for gone after 4.5 s', async () => {
    const { wait, losses } = setUp(() => false);
    await wait(4000);
    assert.equal(losses(), 0);
    await wait(500);
    assert.equal(losses(), 1);
  });

  it('waits for a server whose answers wait behind something else that comes', async () => {
    let isHeard = true;
    const { wait, losses } = setUp(() => isHeard);
    await wait(60_000);
    assert.equal(losses(), 0);
    isHeard = false;
    await wait(4500);
    assert.equal(losses(), 1);
  });

  it('is not put off by what came before the first missing answer', async () => {
    let questions = 0;
    const { wait, losses } = setUp(() => {
      questions += 1;
      return questions === 1;
    });
    await wait(4500);
    assert.equal(losses(), 1);
  });
});
