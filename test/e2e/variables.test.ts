// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a variable of Node-RED looks like this.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type FlowNode, flowNode, TAB } from '../support/flowNode';
import { connectionNode, displayNode } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { waitFor } from '../support/waitFor';

const SUBFLOW: FlowNode = {
  id: 'cams',
  type: 'subflow',
  name: 'a camera',
  in: [],
  out: [],
  env: [{ name: 'CAM', type: 'str', value: '' }],
};
const instance = (id: string, camera: string) =>
  flowNode(id, 'subflow:cams', { env: [{ name: 'CAM', type: 'str', value: camera }] });

describe('variables within a setting', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({
      flows: [
        TAB,
        SUBFLOW,
        { ...connectionNode({ path: '/cams/${CAM}/live', wires: [[], [], [], []] }), z: 'cams' },
        instance('first', 'front'),
        instance('second', 'back'),
        displayNode({ id: 'display', http: true, path: '/pictures/${NO_SUCH_CAM}' }),
        ...observers(),
      ],
    });
  });
  after(() => nodeRed?.stop());

  it('give each instance of a subflow an endpoint of its own', async () => {
    for (const camera of ['front', 'back']) {
      const page = await fetch(`${nodeRed.origin}/cams/${camera}/live`);
      assert.equal(page.status, 200, camera);
    }
  });

  it('are named when nobody has set them', async () => {
    await waitFor('status', 10_000, async () => {
      const { statuses } = await observed(nodeRed);
      return statuses.some(({ node, text }) => node === 'display' && text === 'variable missing');
    });
  });
});
