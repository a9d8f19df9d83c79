import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allEditorNodes, EditorNode } from '../support/editorNode';

const nodes = allEditorNodes();
const camera = new EditorNode('camera');
const connection = new EditorNode('rtc-connection');
const environmentVariable = `\${NAME}`;

for (const node of nodes) {
  const { definition, type, template, html } = node;
  const ids = [...template.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id ?? '');

  describe(`${type} in the editor`, () => {
    it('works as dropped, without being opened', () => {
      assert.deepEqual(node.problems(), {});
    });

    it('has a field in its dialog for every setting and credential', () => {
      const fields = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials)];
      const missing = fields.filter(field => !ids.includes(`node-input-${field}`));
      assert.deepEqual(missing, []);
    });

    it('has a label for every field that can be seen', () => {
      const seen = template.replace(/<div hidden>.*?<\/div>/g, '');
      const fields = [...seen.matchAll(/<(?:input|select|textarea|meter)\b[^>]*>/g)];
      const labelled = [...template.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id);
      const unlabelled = fields.filter(([tag]) => {
        const id = / id="([^"]+)"/.exec(tag)?.[1];
        return !/type="hidden"|\[aria-label\]/.test(tag) && !labelled.includes(id);
      });
      assert.deepEqual(unlabelled, []);
      assert.deepEqual(
        labelled.filter(id => !ids.includes(id ?? '')),
        [],
      );
    });

    it('has a name for every button and a text for every picture', () => {
      const labelled = [...template.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id);
      const buttons = [...template.matchAll(/<button\b[^>]*>/g)].filter(
        ([tag]) =>
          !/\[aria-label\]/.test(tag) && !labelled.includes(/ id="([^"]+)"/.exec(tag)?.[1]),
      );
      const pictures = [...template.matchAll(/<img\b[^>]*>/g)].filter(
        ([tag]) => !/\[alt\]/.test(tag),
      );
      assert.deepEqual([...buttons, ...pictures], []);
    });

    it('uses only texts that its catalog has, and uses all of them', () => {
      const inTemplate = [...template.matchAll(/data-i18n="([^"]+)"/g)]
        .flatMap(([, keys]) => (keys ?? '').split(';'))
        .map(key => key.replace(/^\[[^\]]+\]/, ''));
      const inScript = [...html.matchAll(new RegExp(`'(${type}\\.(?!svg)[\\w.-]*[\\w-])'`, 'g'))];
      const problems = [...html.matchAll(/ problem: '(\w+)'/g)];
      const used = new Set([
        ...inTemplate,
        ...inScript.map(([, key]) => key ?? ''),
        ...problems.map(([, key]) => `${type}.problem.${key}`),
      ]);
      assert.deepEqual(
        [...used].filter(key => node.text(key) === undefined),
        [],
      );

      const all = html + node.sharedScript.replaceAll(/\$\{node\.type\}/g, type);
      // The shared script puts the rest in front of a rule's problem; a table of rules has it as key.
      const isProblem = (key: string) =>
        key.startsWith(`${type}.problem.`) &&
        new RegExp(`'NAME'|\\bNAME: \\{`.replaceAll('NAME', key.split('.')[2] ?? '')).test(html);
      const prefixes = [...all.matchAll(new RegExp(`[\`'](${type}\\.[\\w.-]+\\.)[\`'$]`, 'g'))];
      const unused = leavesOf(node.catalog).filter(
        key =>
          !used.has(key) &&
          !isProblem(key) &&
          !all.includes(`\`${key}\``) &&
          !prefixes.some(([, prefix]) => key.startsWith(prefix ?? '')),
      );
      assert.deepEqual(unused, []);
    });

    it('names each of its outputs', () => {
      const names = Array.from({ length: definition.outputs }, (_, index) =>
        definition.outputLabels.call(node.node(), index),
      );
      assert.equal(new Set(names).size, definition.outputs);
    });

    it('has an icon of its own: white, 40 x 60', () => {
      const svg = readFileSync(join(__dirname, '../../icons', definition.icon), 'utf8');
      assert.match(svg, /viewBox="0 0 40 60"/);
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour);
      assert.deepEqual(
        colours.filter(colour => colour !== '#fff' && colour !== 'none'),
        [],
      );
    });

    it('shows what a validator says: each takes two arguments', () => {
      for (const [field, { validate }] of Object.entries(definition.defaults)) {
        if (validate) assert.equal(validate.length, 2, field);
      }
    });
  });
}

describe('Without the script that the dialogs share', () => {
  for (const { type, file } of nodes) {
    it(`${type} is registered, and works as dropped`, () => {
      const alone = new EditorNode(file, { withoutShared: true });
      assert.equal(alone.type, type);
      assert.deepEqual(alone.problems(), {});
      assert.ok(alone.definition.label.call(alone.node()));
    });
  }
});

describe('The settings of a camera', () => {
  for (const { it: sentence, config, wrong } of [
    { it: 'take a USB camera', config: { source: 'usb', device: '/dev/video0' }, wrong: [] },
    { it: 'need a device for a USB camera', config: { source: 'usb' }, wrong: ['device'] },
    { it: 'need an address for a stream', config: { source: 'url' }, wrong: ['url'] },
    { it: 'want a whole address', config: { source: 'url', url: '10.0.0.2/cam' }, wrong: ['url'] },
    { it: 'take an address', config: { source: 'url', url: 'rtsp://10.0.0.2/cam' }, wrong: [] },
    {
      it: 'take an address with @ in its path',
      config: { source: 'url', url: 'http://a/@b' },
      wrong: [],
    },
    {
      it: 'take a multicast address',
      config: { source: 'url', url: 'udp://@239.0.0.1:1234' },
      wrong: [],
    },
    {
      it: 'keep a login out of the address',
      config: { source: 'url', url: 'rtsp://me:x@a/b' },
      wrong: ['url'],
    },
    { it: 'need a path for a file', config: { source: 'file', file: ' ' }, wrong: ['file'] },
    {
      it: 'do not mind what another source lacks',
      config: { source: 'file', file: 'a.mp4' },
      wrong: [],
    },
    { it: 'want even sizes', config: { width: '641', height: '480' }, wrong: ['width'] },
    {
      it: 'want sizes in range',
      config: { width: '0', height: '10000' },
      wrong: ['width', 'height'],
    },
    { it: 'want a rate', config: { frameRate: '0' }, wrong: ['frameRate'] },
    { it: 'take a broken rate', config: { frameRate: '29.97' }, wrong: [] },
    { it: 'want a linger time', config: { linger: '' }, wrong: ['linger'] },
    { it: 'take no linger at all', config: { linger: '0' }, wrong: [] },
    {
      it: 'take environment variables',
      config: {
        source: 'url',
        url: environmentVariable,
        width: environmentVariable,
        height: environmentVariable,
        frameRate: environmentVariable,
        linger: environmentVariable,
      },
      wrong: [],
    },
  ]) {
    it(sentence, () => assert.deepEqual(Object.keys(camera.problems(config)), wrong));
  }
});

describe('The settings of a connection', () => {
  for (const { it: sentence, config, wrong } of [
    { it: 'take the root as path', config: { path: '/' }, wrong: [] },
    { it: 'take a path without a slash', config: { path: 'robots/one' }, wrong: [] },
    { it: 'want a path that browsers leave alone', config: { path: '/a?b' }, wrong: ['path'] },
    { it: 'want no way up in the path', config: { path: '/a/../b' }, wrong: ['path'] },
    { it: 'take dots inside a name', config: { path: '/a..b/v1.2' }, wrong: [] },
    {
      it: 'need no path for wired signaling',
      config: { signaling: 'wired', path: '?' },
      wrong: [],
    },
    {
      it: 'take an address to call',
      config: { signaling: 'call', address: 'http://robot:1880/rtcbot' },
      wrong: [],
    },
    {
      it: 'take an environment variable to call',
      config: { signaling: 'call', address: environmentVariable },
      wrong: [],
    },
    { it: 'need an address to call', config: { signaling: 'call' }, wrong: ['address'] },
    {
      it: 'want a whole address to call',
      config: { signaling: 'call', address: 'robot:1880' },
      wrong: ['address'],
    },
    {
      it: 'keep a login out of the address to call',
      config: { signaling: 'call', address: 'http://me:secret@robot/rtcbot' },
      wrong: ['address'],
    },
    { it: 'do not mind an address that is not called', config: { address: '?' }, wrong: [] },
    { it: 'want a whole number of peers', config: { maxPeers: '1.5' }, wrong: ['maxPeers'] },
    { it: 'want room for a peer', config: { maxPeers: '0' }, wrong: ['maxPeers'] },
    { it: 'want a bitrate that shows something', config: { bitrate: '5' }, wrong: ['bitrate'] },
    {
      it: 'want a keyframe interval',
      config: { keyframeInterval: '' },
      wrong: ['keyframeInterval'],
    },
    {
      it: 'take environment variables',
      config: {
        path: environmentVariable,
        maxPeers: environmentVariable,
        bitrate: environmentVariable,
        keyframeInterval: environmentVariable,
      },
      wrong: [],
    },
  ]) {
    it(sentence, () => assert.deepEqual(Object.keys(connection.problems(config)), wrong));
  }
});

describe('The label of a node', () => {
  for (const { it: sentence, node, config, label } of [
    { it: 'is its name', node: camera, config: { name: 'door' }, label: 'door' },
    { it: 'says that it is a test pattern', node: camera, config: {}, label: 'test pattern' },
    {
      it: 'is the short name of a USB camera',
      node: camera,
      config: { source: 'usb', device: '/dev/v4l/by-id/usb-046d_HD_Webcam_12AB-video-index0' },
      label: '046d HD Webcam 12AB',
    },
    {
      it: 'shows the host of an address, and nothing that may be secret',
      node: camera,
      config: { source: 'url', url: 'rtsp://me:secret@10.0.0.2:554/cam?key=1' },
      label: '10.0.0.2:554',
    },
    {
      it: 'is the name of a file',
      node: camera,
      config: { source: 'file', file: '/a/b.mp4' },
      label: 'b.mp4',
    },
    { it: 'falls back to the type', node: camera, config: { source: 'usb' }, label: 'camera' },
    { it: 'is the path of an endpoint', node: connection, config: { path: 'a/b/' }, label: '/a/b' },
    {
      it: 'is the address that is called, without its query',
      node: connection,
      config: { signaling: 'call', address: 'http://robot:1880/rtcbot?token=secret' },
      label: 'robot:1880/rtcbot',
    },
    {
      it: 'is the type for wired signaling',
      node: connection,
      config: { signaling: 'wired' },
      label: 'rtc-connection',
    },
  ]) {
    it(sentence, () => assert.equal(node.definition.label.call(node.node(config)), label));
  }
});

/** The keys of all texts in a catalog. */
function leavesOf(tree: unknown, key = ''): string[] {
  if (typeof tree !== 'object' || tree === null) return [key];
  return Object.entries(tree).flatMap(([name, child]) =>
    leavesOf(child, key === '' ? name : `${key}.${name}`),
  );
}
