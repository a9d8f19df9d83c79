import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import express from 'express';
import type { NodeAPI } from 'node-red';
import { EditorPreview } from '../../nodes/lib/EditorPreview';
import { HttpServer } from '../support/HttpServer';
import { ManualDisplay } from '../support/ManualDisplay';

/** After so long without a word an editor is taken for closed, in ms. */
const LAPSE_MS = 12_000;

/** The part of Node-RED's API that a preview uses; editors may say that they look. */
function setUp() {
  const published: [string, unknown][] = [];
  const permissions: string[] = [];
  const httpAdmin = express();
  const RED = {
    events: new EventEmitter(),
    httpAdmin,
    auth: {
      needsPermission: (permission: string): express.RequestHandler => {
        permissions.push(permission);
        return (_request, _response, next) => next();
      },
    },
    comms: { publish: (topic: string, data: unknown) => published.push([topic, data]) },
  } as unknown as NodeAPI;
  EditorPreview.serve(RED);
  const display = new ManualDisplay();
  const preview = new EditorPreview(RED, 'n1', display.proxy);
  return { RED, httpAdmin, display, preview, published, permissions };
}

const urlOf = (text: string) => `data:image/jpeg;base64,${Buffer.from(text).toString('base64')}`;

describe('An EditorPreview', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('asks for nothing until an editor shows the node, and then for few and small pictures', () => {
    const { display, preview, published } = setUp();
    assert.equal(display.wanted.size, 0);
    preview.seen();
    preview.seen();
    assert.equal(display.changes, 1);
    const { format, maxWidth = 0, frameRate = 0 } = display.wanted.get('preview') ?? {};
    assert.equal(format, 'jpeg');
    assert.ok(maxWidth > 0 && maxWidth <= 320);
    assert.ok(frameRate >= 1 && frameRate <= 5);
    display.put('preview', 'a');
    display.put('http', 'b');
    assert.deepEqual(published, [['rtcbot/preview/n1', urlOf('a')]]);
    preview.close();
  });

  it('stops when no editor has shown the node for a while, and begins again', () => {
    const { display, preview, published } = setUp();
    preview.seen();
    mock.timers.tick(LAPSE_MS - 1);
    preview.seen();
    mock.timers.tick(LAPSE_MS - 1);
    assert.equal(display.wanted.size, 1);
    mock.timers.tick(1);
    assert.equal(display.wanted.size, 0);
    display.put('preview', 'late');
    assert.deepEqual(published, []);
    preview.seen();
    assert.equal(display.wanted.size, 1);
    preview.close();
  });

  it('shows a picture that stays again, for editors that were opened since', () => {
    const { display, preview, published } = setUp();
    preview.seen();
    display.put('preview', 'a');
    preview.seen();
    assert.deepEqual(
      published.map(([, url]) => url),
      [urlOf('a'), urlOf('a')],
    );
    preview.close();
  });

  it('is taken away when there is nothing to show, and with its node', () => {
    const { display, preview, published } = setUp();
    preview.seen();
    display.put('preview', 'a');
    display.emit('state', { state: 'ready' });
    assert.deepEqual(published.at(-1), ['rtcbot/preview/n1', {}]);
    preview.seen();
    assert.equal(published.length, 2);
    preview.close();
    assert.equal(published.length, 3);
    assert.deepEqual(published.at(-1), ['rtcbot/preview/n1', {}]);
  });
});

describe('The route by which editors say what they show', () => {
  it('reaches the preview of that node, for who may read, and nothing after its end', async () => {
    const { httpAdmin, display, preview, permissions } = setUp();
    const server = await HttpServer.start(httpAdmin);
    const post = async (id: string) => {
      const url = server.url(`/rtcbot/preview/${id}`);
      return (await fetch(url, { method: 'POST' })).status;
    };
    assert.deepEqual(permissions, ['rtc-display.read']);
    assert.equal(await post('other'), 204);
    assert.equal(display.wanted.size, 0);
    assert.equal(await post('n1'), 204);
    assert.equal(display.wanted.size, 1);
    preview.close();
    const { changes } = display;
    assert.equal(await post('n1'), 204);
    assert.equal(display.changes, changes);
    await server.close();
  });
});
