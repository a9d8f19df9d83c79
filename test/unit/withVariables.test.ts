// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a variable of Node-RED looks like this.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Node, NodeAPI } from 'node-red';
import { VariableMissingError } from '../../engine/model/errors/errors';
import { withVariables } from '../../nodes/lib/withVariables';

// Node-RED's own; it has no types of its own.
const RED: Pick<NodeAPI, 'util'> = { util: require('@node-red/util').util };

/** A node whose flow has these variables. */
function nodeWith(variables: Record<string, unknown>): Node {
  const flow = { getSetting: (name: string) => variables[name] };
  return { id: 'a', name: 'door', _flow: flow } as unknown as Node;
}

describe('withVariables', () => {
  for (const { it: sentence, setting, expected } of [
    { it: 'puts a variable into a text', setting: '/cams/${CAM}', expected: '/cams/front' },
    { it: 'puts several in', setting: 'rtsp://${HOST}/${CAM}', expected: 'rtsp://10.0.0.2/front' },
    { it: 'puts in one that is the whole setting', setting: '${CAM}', expected: 'front' },
    { it: 'makes a number a text', setting: '${PORT}', expected: '554' },
    { it: 'puts an empty one in', setting: 'a${EMPTY}b', expected: 'ab' },
    { it: "knows Node-RED's own", setting: '/${NR_NODE_ID}', expected: '/a' },
    { it: 'leaves a text without variables', setting: '$CAM {CAM} 5$', expected: '$CAM {CAM} 5$' },
  ]) {
    it(sentence, () => {
      const node = nodeWith({ CAM: 'front', HOST: '10.0.0.2', PORT: 554, EMPTY: '' });
      assert.equal(withVariables(RED, node, { path: setting }).path, expected);
    });
  }

  it('names a variable that nobody has set, where the setting counts', () => {
    const config = withVariables(RED, nodeWith({}), { url: 'rtsp://${CAM_HOST}/', path: '/a' });
    assert.equal(config.path, '/a');
    assert.throws(
      () => config.url,
      (error: unknown) =>
        error instanceof VariableMissingError && /url .*CAM_HOST/.test(error.message),
    );
  });

  it('looks in the environment for a node that was not deployed yet', () => {
    process.env.RTCBOT_TEST_CAM = 'back';
    const { path } = withVariables(RED, undefined, { path: '/${RTCBOT_TEST_CAM}' });
    delete process.env.RTCBOT_TEST_CAM;
    assert.equal(path, '/back');
  });

  it('leaves what is no text, what has a type of its own, and what is not ours', () => {
    const config = {
      page: true,
      maxPeers: 3,
      deadManPayload: '${CAM}',
      z: '${CAM}',
      wires: [['a']],
    };
    assert.deepEqual({ ...withVariables(RED, nodeWith({ CAM: 'x' }), config) }, config);
  });
});
