import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Editor } from '../../support/Editor';
import { type FlowNode, flowNode, TAB } from '../../support/flowNode';
import { cameraNode } from '../../support/flows';
import { MqttBroker } from '../../support/MqttBroker';
import { NodeRed } from '../../support/NodeRed';
import { npm, PACKAGE_NAME, packedTarball } from '../../support/packedPackage';
import { assertLive } from '../../support/pictureClock';
import { pixelsOf } from '../../support/pixels';
import { waitFor } from '../../support/waitFor';

const PACKAGES = ['node-red-contrib-image-output@0.6.4', '@flowfuse/node-red-dashboard@1.31.0'];
/** Small and few: the nodes of others read pictures in JavaScript, on the main thread. */
const SMALL = { name: 'my camera', framesWidth: '160', framesRate: '4' };
/** R, G, B of such a picture. */
const SMALL_BYTES = 160 * 120 * 3;
const WAIT_MS = 20_000;

describe('together with the nodes of others', () => {
  let installed: string;
  let nodeRed: NodeRed;
  let broker: MqttBroker;
  let editor: Editor;
  before(async () => {
    installed = mkdtempSync(join(tmpdir(), 'rtcbot-composing-'));
    writeFileSync(join(installed, 'package.json'), '{"name": "scratch", "private": true}');
    npm(['install', packedTarball(), ...PACKAGES], installed);
    broker = await MqttBroker.start();
    nodeRed = await NodeRed.start({ installed });
    editor = await Editor.open(nodeRed.origin);
  });
  after(async () => {
    await editor?.close();
    await nodeRed?.stop();
    await broker?.close();
    if (installed) rmSync(installed, { recursive: true, force: true });
  });

  /** A camera that sends its frames to the nodes with these ids. */
  const deployFrames = (targets: readonly string[], nodes: readonly FlowNode[]) =>
    nodeRed.deploy([TAB, cameraNode({ ...SMALL, wires: [[], targets] }), ...nodes]);

  it('frames are shown in the editor by image-output', async () => {
    await deployFrames(['output'], [imageOutput()]);
    await editor.reload();
    const image = editor.page.locator('#image-output-img-output');
    await image.waitFor({ state: 'attached' });
    const address = (await image.getAttribute('href')) ?? '';
    const jpeg = Buffer.from(address.replace(/^data:.*;base64,/, ''), 'base64');
    assert.equal(pixelsOf(jpeg).length, SMALL_BYTES);
    await editor.screenshot('composing-image-output');
  });

  it('frames pass switch, link and join, and are a picture in a file', async () => {
    const picture = join(nodeRed.userDir, 'link.jpg');
    await deployFrames(['switch', 'reject'], chainInto(picture));
    const joined = await waitFor('joined pictures', WAIT_MS, async () => {
      const { joined } = await nodeRed.getJson<Kept>('/kept');
      return joined?.[0];
    });
    assert.equal(joined.length, 3);
    for (const jpeg of joined) assert.equal(pixelsOf(bytesOf(jpeg)).length, SMALL_BYTES);
    await waitFor('whole file', WAIT_MS, () => {
      return pixelsOf(readFileSync(picture)).length === SMALL_BYTES;
    });
    assert.equal((await nodeRed.getJson<Kept>('/kept')).rejected, undefined);
  });

  it('frames go through an MQTT broker and come back as the same JPEG files', async () => {
    await deployFrames(['sent', 'mqtt-out'], overMqtt(broker.port));
    const received = await waitFor('pictures from the broker', WAIT_MS, async () => {
      const { received = [] } = await nodeRed.getJson<Kept>('/kept');
      return received.length >= 3 && received;
    });
    const { sent = [] } = await nodeRed.getJson<Kept>('/kept');
    assert.deepEqual(
      received.filter(jpeg => !sent.includes(jpeg)),
      [],
    );
    assert.equal(pixelsOf(bytesOf(received[0])).length, SMALL_BYTES);
  });

  it('an http response answers with a frame as it comes', async () => {
    await nodeRed.deploy([TAB, ...pictureOnRequest()]);
    const response = await fetch(`${nodeRed.origin}/frame`);
    assert.equal(response.headers.get('content-type'), 'image/jpeg');
    const jpeg = Buffer.from(await response.arrayBuffer());
    assert.equal(pixelsOf(jpeg).length, SMALL_BYTES);
  });

  it('the debug sidebar shows a track as an object and a frame as a buffer', async () => {
    await nodeRed.deploy([
      TAB,
      cameraNode({ ...SMALL, framesRate: '1', wires: [['the-track'], ['the-frame', 'all']] }),
      debugNode('the-track', 'payload'),
      debugNode('the-frame', 'payload'),
      debugNode('all', 'true'),
    ]);
    await editor.reload();
    await editor.restartInDebugSidebar();
    const track = editor.debugMessages('the-track').first();
    await track.getByText('Track').first().waitFor();
    const fields = await track.locator('.red-ui-debug-msg-payload').textContent();
    assert.match(fields ?? '', /type: "Track", kind: "video", id: "[^"]+", label: "my camera"/);
    const frame = editor.debugMessages('the-frame').first();
    const [, length] = /buffer\[(\d+)\]/.exec((await frame.textContent()) ?? '') ?? [];
    assert.ok(Number(length) > 1000 && Number(length) < 20_000, `${length} bytes`);
    await editor.debugMessages('all').first().waitFor();
    await editor.screenshot('composing-debug-sidebar');
  });

  it('"22 In a dashboard" is imported from the menu, and the picture is live on its page', async () => {
    await nodeRed.deploy([TAB]);
    await editor.reload();
    await editor.importExample(PACKAGE_NAME, '22 In a dashboard');
    const imported = await waitFor('imported nodes', WAIT_MS, async () => {
      const nodes = await editor.nodes();
      return nodes.some(({ type }) => type === 'ui-template') && nodes;
    });
    assert.deepEqual(await editor.badNodes(imported.map(({ id }) => id)), []);
    await editor.page.evaluate("RED.sidebar.show('debug')");
    await editor.deploy();

    const page = await editor.openPage(`${nodeRed.origin}/dashboard/live`);
    await assertLive(page, { limitMs: WAIT_MS });
    const hello = page.getByRole('button', { name: 'Say hello to the flow' });
    await hello.click();
    await editor.debugMessages('messages').filter({ hasText: '"hello"' }).waitFor();
    await editor.debugMessages('state of the player').filter({ hasText: '"live"' }).waitFor();
    const [picture, button] = await Promise.all(
      [page.locator('rtcbot-player'), hello].map(part => part.boundingBox()),
    );
    assert.ok(
      picture && button && picture.y + picture.height <= button.y,
      'the picture is covered',
    );
    await editor.screenshot('composing-dashboard', page);
    await page.close();
  });

  it('nothing went wrong in the editor', () => {
    // A picture that image-output has loaded while the canvas is drawn anew finds its node gone.
    const ofImageOutput = "Cannot read properties of null (reading 'setAttribute')";
    const ours = editor.problems.filter(problem => problem !== ofImageOutput);
    assert.deepEqual(ours, []);
  });
});

/** What the keepers of a flow have kept: JPEG files as Base64. */
interface Kept {
  /** Three by three. */
  readonly joined?: readonly (readonly string[])[];
  readonly rejected?: readonly string[];
  readonly sent?: readonly string[];
  readonly received?: readonly string[];
}

function bytesOf(base64 = ''): Buffer {
  return Buffer.from(base64, 'base64');
}

/** A function node that keeps the value of an expression for each message. */
function keeper(id: keyof Kept, expression: string): FlowNode {
  return flowNode(id, 'function', {
    func: `const kept = flow.get('kept') ?? {};
flow.set('kept', { ...kept, ${id}: [...(kept.${id} ?? []), ${expression}] });`,
  });
}

/** Gives what the keepers of the flow have kept. */
function keptRoute(): FlowNode[] {
  return [
    flowNode('get', 'http in', { url: '/kept', method: 'get', wires: [['read']] }),
    flowNode('read', 'function', {
      func: "msg.payload = flow.get('kept') ?? {};\nreturn msg;",
      wires: [['reply']],
    }),
    flowNode('reply', 'http response'),
  ];
}

function imageOutput(): FlowNode {
  return flowNode('output', 'image', {
    ...{ name: '', width: 160, data: 'payload', dataType: 'msg' },
    ...{ thumbnail: false, active: true, pass: false, outputs: 0 },
  });
}

/** Lets JPEG files through a link into a file, and joins each three of them. */
function chainInto(filename: string): FlowNode[] {
  const choice = { property: 'format', propertyType: 'msg', checkall: 'true', repair: false };
  return [
    flowNode('switch', 'switch', {
      ...choice,
      rules: [{ t: 'eq', v: 'jpeg', vt: 'str' }],
      outputs: 1,
      wires: [['out']],
    }),
    flowNode('reject', 'switch', {
      ...choice,
      rules: [{ t: 'neq', v: 'jpeg', vt: 'str' }],
      outputs: 1,
      wires: [['rejected']],
    }),
    keeper('rejected', 'msg.format'),
    flowNode('out', 'link out', { mode: 'link', links: ['in'] }),
    flowNode('in', 'link in', { links: ['out'], wires: [['file', 'join']] }),
    flowNode('file', 'file', {
      ...{ filename, filenameType: 'str', appendNewline: false, overwriteFile: 'true' },
      encoding: 'none',
      wires: [[]],
    }),
    flowNode('join', 'join', {
      ...{ mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg' },
      ...{ joiner: '', joinerType: 'str', accumulate: false, timeout: '', count: '3' },
      wires: [['joined']],
    }),
    keeper('joined', "msg.payload.map(jpeg => jpeg.toString('base64'))"),
    ...keptRoute(),
  ];
}

/** To a broker and back; keeps what goes out (`sent`) and what comes in. */
function overMqtt(port: number): FlowNode[] {
  const base64 = "msg.payload.toString('base64')";
  return [
    {
      ...{ id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(port) },
      ...{ autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60' },
      ...{ cleansession: true, autoUnsubscribe: true },
    },
    keeper('sent', base64),
    flowNode('mqtt-out', 'mqtt out', { topic: 'camera', qos: '0', retain: '', broker: 'broker' }),
    flowNode('mqtt-in', 'mqtt in', {
      ...{ topic: 'camera', qos: '0', datatype: 'buffer', broker: 'broker' },
      ...{ nl: false, rap: true, rh: 0, inputs: 0 },
      wires: [['received']],
    }),
    keeper('received', base64),
    ...keptRoute(),
  ];
}

/** Answers GET /frame with a picture, the message of the camera going straight into the answer. */
function pictureOnRequest(): FlowNode[] {
  return [
    flowNode('request', 'http in', { url: '/frame', method: 'get', wires: [['camera']] }),
    cameraNode({ ...SMALL, frames: 'snapshot', wires: [[], ['response']] }),
    flowNode('response', 'http response', { headers: { 'content-type': 'image/jpeg' } }),
  ];
}

function debugNode(name: string, complete: string): FlowNode {
  return flowNode(name, 'debug', {
    ...{ name, active: true, tosidebar: true, console: false, tostatus: false, complete },
    ...{ targetType: complete === 'true' ? 'full' : 'msg', statusVal: '', statusType: 'auto' },
  });
}
