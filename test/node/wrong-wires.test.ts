import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { flowNode, TAB } from '../support/flowNode';
import { cameraNode, displayNode, microphoneNode, speakerNode } from '../support/flows';
import { type LoadedFlow, loadFlow } from '../support/nodeTestHelper';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;

describe('A wire to a node that can do nothing with it', () => {
  let flow: LoadedFlow;
  afterEach(() => flow.unload());
  const load = async (...nodes: ReturnType<typeof flowNode>[]) => {
    flow = await loadFlow(
      ['camera', 'microphone', 'speaker', 'display'],
      [
        TAB,
        ...nodes,
        flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
        flowNode('errors', 'helper'),
      ],
    );
  };
  const errors = () =>
    flow.messages('errors').map(({ error }) => (error as { message: string }).message);
  const error = (pattern: RegExp) =>
    waitFor(`error ${pattern}`, LIMIT_MS, () => errors().some(text => pattern.test(text)));

  it('is an error of a speaker that gets a track of video', async () => {
    await load(cameraNode({ wires: [['speaker'], []] }), speakerNode());
    await error(/track of video: wire it to a display/);
  });

  it('is an error of a display that gets a track of sound', async () => {
    await load(microphoneNode({ wires: [['display'], []] }), displayNode());
    await error(/track of sound: wire it to a speaker/);
  });

  it('is one error, however many pictures come to a speaker', async () => {
    await load(speakerNode());
    const payload = Buffer.from('ffd8ffe0', 'hex');
    for (let count = 0; count < 40; count += 1) flow.node('speaker').receive({ payload });
    flow.node('speaker').receive({ payload: 'the last' });
    await error(/no track, no WAV file and no PCM samples/);
    const told = errors().filter(text => /it is a picture: wire it to a display/.test(text));
    assert.equal(told.length, 1);
  });

  it('is an error of a display that gets pieces of sound', async () => {
    await load(displayNode());
    flow.node('display').receive({ payload: Buffer.alloc(8), sampleRate: 8000 });
    await error(/it is sound: a display shows pictures/);
  });
});
