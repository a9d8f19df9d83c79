import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Node, NodeAPI } from 'node-red';
import { DeviceBusyError, FileMissingError, PeerGoneError } from '../../engine/model/errors/errors';
import { UnusableError } from '../../engine/model/errors/UnusableError';
import { LOOK, NodeStatus } from '../../nodes/lib/NodeStatus';

const CATALOG: Record<string, string> = {
  'status.ready': 'ready',
  'status.peers': '{number} peers',
  'errors.device-busy.status': 'in use',
  'errors.device-busy.text': '{device} is in use',
  'errors.message-unusable.text': '{detail} is no use',
  'warnings.repeated': '{text}, {number} times',
};

/** A node that records what it is told, with the runtime's catalog and a clock in the test's hands. */
function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 1000;
  context.mock.method(performance, 'now', () => nowMs);
  const shown: unknown[] = [];
  const errors: unknown[] = [];
  const translate = (key: string, values: Record<string, string> = {}) =>
    CATALOG[key]?.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name])) ?? key;
  const node = {
    status: (status: { text?: string }) => shown.push(status.text),
    error: (text: string, message: object) => errors.push([text, message]),
  };
  // What a NodeStatus uses of runtime and node, no more.
  const status = new NodeStatus({ _: translate } as unknown as NodeAPI, node as unknown as Node);
  const advance = (ms: number) => {
    nowMs += ms;
    context.mock.timers.tick(ms);
  };
  return { status, shown, errors, advance };
}

describe('a NodeStatus', () => {
  it('shows the first text at once, then the last of each second', context => {
    const { status, shown, advance } = setUp(context);
    for (let number = 0; number < 5; number += 1) status.show(LOOK.live, 'peers', { number });
    assert.deepEqual(shown, ['0 peers']);
    advance(999);
    assert.equal(shown.length, 1);
    advance(1);
    assert.deepEqual(shown, ['0 peers', '4 peers']);
    advance(5000);
    assert.equal(shown.length, 2);
  });

  it('does not repeat what is shown', context => {
    const { status, shown, advance } = setUp(context);
    for (let count = 0; count < 3; count += 1) {
      status.show(LOOK.idle, 'ready');
      advance(2000);
    }
    assert.deepEqual(shown, ['ready']);
  });

  it('shows a failure short and reports it long', context => {
    const { status, shown, errors } = setUp(context);
    status.fail(new DeviceBusyError('/dev/video0'));
    assert.deepEqual(shown, ['in use']);
    assert.deepEqual(errors, [
      ['/dev/video0 is in use', { error: { code: 'device-busy', device: '/dev/video0' } }],
    ]);
  });

  it('uses the code and the message where the catalog has no text', context => {
    const { status, shown, errors } = setUp(context);
    status.fail(new FileMissingError('/a.mp4'));
    assert.deepEqual(shown, ['file-missing']);
    assert.match(JSON.stringify(errors), /\/a\.mp4 does not exist/);
  });

  it('reports a failure that repeats once, until it has worked again', context => {
    const { status, errors } = setUp(context);
    const fail = () => status.fail(new DeviceBusyError('/dev/video0'));
    fail();
    fail();
    assert.equal(errors.length, 1);
    status.show(LOOK.live, 'peers', { number: 1 });
    fail();
    assert.equal(errors.length, 2);
  });

  it('ends a message with the error and leaves the status alone', context => {
    const { status, shown, errors } = setUp(context);
    const ends: ((Error & { code?: string }) | undefined)[] = [];
    status.refuse(new DeviceBusyError('/dev/video0'), error => ends.push(error));
    assert.equal(ends[0]?.message, '/dev/video0 is in use');
    assert.equal(ends[0]?.code, 'device-busy');
    assert.deepEqual([shown, errors], [[], []]);
  });

  it('tells once what cannot be used, and after 10 s how often it came', context => {
    const { status, advance } = setUp(context);
    const ends: (string | undefined)[] = [];
    const refuse = () => {
      status.refuse(new UnusableError('a picture'), error => ends.push(error?.message));
    };
    for (let count = 0; count < 3; count += 1) refuse();
    assert.deepEqual(ends, ['a picture is no use', undefined, undefined]);
    advance(10_000);
    refuse();
    assert.equal(ends.at(-1), 'a picture is no use, 2 times');
  });

  it('tells once of each peer that it is gone, however many messages come for it', context => {
    const { status, advance } = setUp(context);
    const ends: (string | undefined)[] = [];
    for (let count = 0; count < 5; count += 1) {
      for (const peer of ['a', 'b']) {
        status.refuse(new PeerGoneError(peer), error => ends.push(error && peer));
      }
      advance(60_000);
    }
    assert.deepEqual(
      ends.filter(end => end !== undefined),
      ['a', 'b'],
    );
    assert.equal(ends.length, 10);
  });

  it('shows nothing any more after it was cleared', context => {
    const { status, shown, advance } = setUp(context);
    status.show(LOOK.idle, 'ready');
    status.show(LOOK.live, 'peers', { number: 1 });
    status.clear();
    status.show(LOOK.live, 'peers', { number: 2 });
    status.fail(new DeviceBusyError('/dev/video0'));
    advance(5000);
    assert.deepEqual(shown, ['ready', undefined]);
  });
});
