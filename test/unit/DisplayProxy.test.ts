import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineEndedError, MessageError, noteOf } from '../../engine/model/errors/errors';
import { DisplayProxy } from '../../engine/port/DisplayProxy';
import type { WorkerLink } from '../../engine/port/WorkerLink';
import { settled } from '../support/settled';

const SETTINGS = { select: 'newest' } as const;

/** A display, and what is asked of the engine for it; `failing` calls are refused. */
function setUp({ failing = [] as readonly string[] } = {}) {
  const calls: { name: string; ask: Record<string, unknown> }[] = [];
  const link = {
    call: async (name: string, ask: Record<string, unknown>) => {
      calls.push({ name, ask });
      if (failing.includes(name)) throw new MessageError('no');
    },
  } as unknown as WorkerLink;
  const display = new DisplayProxy(link, SETTINGS);
  const failures: string[] = [];
  display.on('failed', ({ code }) => failures.push(code));
  const names = () => calls.map(({ name }) => name);
  return { display, calls, names, failures };
}

describe('A DisplayProxy', () => {
  it('opens with everything that was asked of it, also when the engine was started again', () => {
    const { display, calls } = setUp();
    display.setTracks(['a', 'b']);
    display.setPictures('http', { format: 'jpeg' });
    display.setPictures('preview', { format: 'jpeg', maxWidth: 100 });
    display.setPictures('preview', undefined);
    calls.length = 0;
    display.open();
    const { id } = display;
    assert.deepEqual(calls, [
      { name: 'openDisplay', ask: { id, settings: SETTINGS } },
      { name: 'setDisplayTracks', ask: { id, tracks: ['a', 'b'] } },
      { name: 'setPictures', ask: { id, purpose: 'http', settings: { format: 'jpeg' } } },
    ]);
  });

  it('hands on states, and pictures for what they were wanted', () => {
    const { display } = setUp();
    const seen: unknown[] = [];
    display.on('state', state => seen.push(state));
    display.on('picture', (purpose, { data }) => seen.push([purpose, String(data)]));
    const { id } = display;
    display.take({ event: 'displayState', id, state: { state: 'ready' } });
    const fields = { format: 'jpeg', width: 1, height: 1, timestampMs: 0, sequence: 0 } as const;
    for (const purpose of ['http', 'preview']) {
      const frame = { ...fields, data: new Uint8Array([0x61]) };
      display.take({ event: 'frame', tap: `${id} ${purpose}`, frame });
    }
    assert.deepEqual(seen, [{ state: 'ready' }, ['http', 'a'], ['preview', 'a']]);
  });

  it('sends a copy of a picture: the flow goes on with its own', async () => {
    const { display, calls } = setUp();
    const data = Buffer.from('picture');
    const frame = { data, format: 'jpeg', width: 0, height: 0 } as const;
    await display.showFrame(frame, { peer: 'peer', topic: 'front' });
    const { frame: sent, target } = (calls[0]?.ask ?? {}) as {
      frame: { data: Uint8Array };
      target: object;
    };
    assert.deepEqual(target, { peer: 'peer', topic: 'front' });
    assert.deepEqual(Buffer.from(sent.data), data);
    assert.notEqual(sent.data.buffer, data.buffer);
  });

  it('throws what was wrong with a message, and tells what was wrong with itself', async () => {
    const { display, failures } = setUp({ failing: ['setWindow', 'setDisplayTracks'] });
    await assert.rejects(display.setWindow(true), { code: 'message-unsendable' });
    assert.deepEqual(failures, []);
    display.setTracks(['a']);
    await settled();
    display.take({
      event: 'outputFailed',
      id: display.id,
      error: noteOf(new EngineEndedError('a flaw')),
    });
    display.engineDied(new EngineEndedError('a flaw'));
    assert.deepEqual(failures, ['message-unsendable', 'engine-ended', 'engine-ended']);
  });

  it('closes once, and tells nothing afterwards', async () => {
    const { display, names, failures } = setUp({ failing: ['closeDisplay'] });
    const told: string[] = [];
    display.on('closed', () => told.push('closed'));
    display.on('state', () => told.push('state'));
    await Promise.all([display.close(), display.close()]);
    display.take({ event: 'displayState', id: display.id, state: { state: 'ready' } });
    display.engineDied(new EngineEndedError('a flaw'));
    display.open();
    assert.deepEqual(names(), ['closeDisplay']);
    assert.deepEqual(told, ['closed']);
    assert.deepEqual(failures, []);
  });
});
