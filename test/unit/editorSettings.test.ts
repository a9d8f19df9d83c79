import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EditorNode } from '../support/editorNode';

const environmentVariable = `\${NAME}`;

const ORIGINS = 'https://a.example, *.b.example null [::1]:3000 *';

/** Settings of a node, and the fields that its validators object to. */
interface Row {
  readonly it: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly wrong: readonly string[];
}

/** What the validators of the later nodes, and of the frames that others send, say. */
const tables: Readonly<Record<string, readonly Row[]>> = {
  microphone: [
    { it: 'take the default device', config: { device: '' }, wrong: [] },
    { it: 'take a name that no list has', config: { device: 'hw:1,0' }, wrong: [] },
    { it: 'want a linger time', config: { linger: '' }, wrong: ['linger'] },
    { it: 'want a linger time that is one', config: { linger: '-1' }, wrong: ['linger'] },
    { it: 'take no linger at all', config: { linger: '0' }, wrong: [] },
    { it: 'take an environment variable', config: { linger: environmentVariable }, wrong: [] },
  ],
  speaker: [
    { it: 'take silence', config: { volume: '0', muted: true }, wrong: [] },
    { it: 'want a volume', config: { volume: ' ' }, wrong: ['volume'] },
    { it: 'want nothing louder than 100 %', config: { volume: '101' }, wrong: ['volume'] },
    { it: 'want a buffer that holds a packet', config: { depth: '19' }, wrong: ['depth'] },
    { it: 'want a delay that one can talk with', config: { depth: '1001' }, wrong: ['depth'] },
    {
      it: 'take environment variables',
      config: { volume: environmentVariable, depth: environmentVariable },
      wrong: [],
    },
  ],
  display: [
    { it: 'take any property', config: { property: 'image' }, wrong: [] },
    { it: 'want a property', config: { property: '' }, wrong: ['property'] },
    { it: 'take a path without a slash', config: { http: true, path: 'cams/one' }, wrong: [] },
    { it: 'want more of a path than /', config: { http: true, path: '/' }, wrong: ['path'] },
    {
      it: 'want a path that browsers leave alone',
      config: { http: true, path: 'a?b' },
      wrong: ['path'],
    },
    { it: 'want no way up in the path', config: { http: true, path: '/a/..' }, wrong: ['path'] },
    { it: 'need no path when nothing is served', config: { http: false, path: '/' }, wrong: [] },
    {
      it: 'want origins that are some',
      config: { http: true, origins: 'a/b' },
      wrong: ['origins'],
    },
    { it: 'take a list of origins', config: { http: true, origins: ORIGINS }, wrong: [] },
    {
      it: 'take an environment variable',
      config: { http: true, path: environmentVariable },
      wrong: [],
    },
  ],
  camera: framesRows(),
  'rtc-connection': [
    ...framesRows(),
    {
      it: 'want a limit of retransmits that is one',
      config: { maxRetransmits: '1.5' },
      wrong: ['maxRetransmits'],
    },
    { it: 'take origins and names', config: { origins: ORIGINS, framedBy: ORIGINS }, wrong: [] },
    {
      it: 'want origins without a path',
      config: { origins: 'https://a.example/x', framedBy: 'a b@c' },
      wrong: ['origins', 'framedBy'],
    },
    { it: 'take no retransmits at all', config: { maxRetransmits: '0' }, wrong: [] },
    {
      it: 'want seconds between statistics',
      config: { statsInterval: '0.1' },
      wrong: ['statsInterval'],
    },
    { it: 'want a silence that can be noticed', config: { deadManMs: '5' }, wrong: ['deadManMs'] },
    { it: 'take any text as stop message', config: { deadManPayload: '' }, wrong: [] },
    {
      it: 'want a stop message that is JSON where that was chosen',
      config: { deadManPayload: '{', deadManPayloadType: 'json' },
      wrong: ['deadManPayload'],
    },
    {
      it: 'want a stop message that is a number where that was chosen',
      config: { deadManPayload: 'x', deadManPayloadType: 'num' },
      wrong: ['deadManPayload'],
    },
  ],
};

for (const [file, rows] of Object.entries(tables)) {
  const node = new EditorNode(file);
  const subject = node.definition.defaults.framesWidth ? 'frames' : 'settings';
  describe(`The ${subject} of ${node.type}`, () => {
    for (const { it: sentence, config, wrong } of rows) {
      it(sentence, () => assert.deepEqual(Object.keys(node.problems(config)), wrong));
    }
  });
}

describe('A flow made before there were frames and tracks from the browser', () => {
  for (const file of ['camera', 'rtc-connection']) {
    it(`still has a valid ${file}`, () => {
      const lacking = Object.fromEntries(
        [
          ...['frames', 'format', 'framesWidth', 'framesRate', 'video', 'audio'],
          ...['whenFull', 'statsInterval', 'ordered', 'maxRetransmits', 'maxMessage'],
          ...[
            'origins',
            'framedBy',
            'deadMan',
            'deadManMs',
            'deadManPayload',
            'deadManPayloadType',
          ],
        ].map(name => [name, undefined]),
      );
      const node = new EditorNode(file);
      assert.deepEqual(node.problems(lacking), {});
      // Node-RED itself objects to a required field without a value.
      const required = Object.entries(node.definition.defaults).filter(
        ([name, { required }]) => required && name in lacking,
      );
      assert.deepEqual(required, []);
    });
  }
});

function framesRows(): Row[] {
  return [
    { it: 'take no limits', config: { framesWidth: '', framesRate: '' }, wrong: [] },
    { it: 'take limits', config: { framesWidth: '320', framesRate: '0.5' }, wrong: [] },
    { it: 'want an even width', config: { framesWidth: '321' }, wrong: ['framesWidth'] },
    {
      it: 'want a width with room for a picture',
      config: { framesWidth: '8' },
      wrong: ['framesWidth'],
    },
    { it: 'want a rate above none', config: { framesRate: '0' }, wrong: ['framesRate'] },
    { it: 'want a rate that is a number', config: { framesRate: 'fast' }, wrong: ['framesRate'] },
    {
      it: 'take environment variables',
      config: { framesWidth: environmentVariable, framesRate: environmentVariable },
      wrong: [],
    },
  ];
}
