import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allEditorNodes } from '../support/editorNode';

interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly x?: number;
  readonly y?: number;
  readonly wires?: readonly (readonly string[])[];
  readonly [setting: string]: unknown;
}

/** In pixels of the canvas. */
interface Box {
  readonly label: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Between the nodes and the edge of the canvas. */
const GAP = 20;
const directory = join(__dirname, '../../examples');
const own = new Map(allEditorNodes().map(node => [node.type, node]));
const coreTypes = typesOfCore();
/** Types of other packages, and the only example that has them; it says which package to install. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  '22 In a dashboard.json': ['ui-template', 'ui-group', 'ui-page', 'ui-base', 'ui-theme'],
};
const examples = readdirSync(directory).map(file => ({
  file,
  flow: JSON.parse(readFileSync(join(directory, file), 'utf8')) as FlowNode[],
}));

describe('The examples', () => {
  it('use every node of this package', () => {
    const used = new Set(examples.flatMap(({ flow }) => flow.map(({ type }) => type)));
    assert.deepEqual(
      [...own.keys()].filter(type => !used.has(type)),
      [],
    );
  });

  it('can all be imported into one Node-RED: no id comes twice', () => {
    const ids = examples.flatMap(({ flow }) => flow.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
  });
});

for (const { file, flow } of examples) {
  const [tab, ...others] = flow;
  // Config nodes have no place, neither on a tab nor on the grid.
  const nodes = others.filter(({ z, x }) => z !== undefined || x !== undefined);
  const ids = new Set(nodes.map(({ id }) => id));

  describe(`The example ${file}`, () => {
    it('is one tab with its nodes, and says what to do', () => {
      assert.equal(tab?.type, 'tab');
      assert.deepEqual(
        nodes.filter(({ z }) => z !== tab?.id),
        [],
      );
      assert.ok(nodes.some(({ type, info }) => type === 'comment' && String(info).length > 0));
    });

    it('has only nodes that Node-RED and this package have, or names the package they need', () => {
      const types = new Set(others.map(({ type }) => type));
      const foreign = [...types].filter(type => !own.has(type) && !coreTypes.has(type));
      assert.deepEqual(foreign.sort(), [...(FOREIGN[file] ?? [])].sort());
      if (foreign.length === 0) return;
      const needed = others.find(({ type }) => type === 'global-config')?.modules;
      const [name] = Object.keys(needed ?? {});
      const comment = nodes.find(({ type }) => type === 'comment');
      assert.ok(name && String(comment?.name).includes(name));
    });

    it('has only wires that lead from an output to a node with an input', () => {
      for (const { type, wires = [], outputs } of nodes) {
        const limit = outputs ?? own.get(type)?.definition.outputs ?? wires.length;
        assert.ok(wires.length <= Number(limit), type);
        for (const id of wires.flat()) {
          assert.ok(ids.has(id), `${type} -> ${id}`);
          const target = nodes.find(node => node.id === id);
          assert.notEqual(own.get(target?.type ?? '')?.definition.inputs, 0);
        }
      }
    });

    it('has all settings of our nodes, and the validators agree', () => {
      for (const { id, type, z, x, y, wires, ...settings } of nodes) {
        const node = own.get(type);
        if (!node) continue;
        const { defaults } = node.definition;
        assert.deepEqual(Object.keys(settings).sort(), Object.keys(defaults).sort());
        assert.deepEqual(node.problems(settings), {});
      }
    });

    it('lies on the grid, in view, no node on another', () => {
      assert.deepEqual(
        nodes.filter(({ x = 0.5, y = 0.5 }) => x % 10 !== 0 || y % 20 !== 0),
        [],
      );
      const boxes = nodes.map(boxOf);
      const outside = boxes.filter(({ left, top }) => left < GAP || top < GAP);
      assert.deepEqual(outside, []);
      const overlaps = boxes.flatMap((one, index) =>
        boxes.slice(index + 1).flatMap(other => (overlap(one, other) ? [[one, other]] : [])),
      );
      assert.deepEqual(overlaps, []);
    });
  });
}

/** What a node covers on the canvas, about: the width of its letters depends on the machine. */
function boxOf({ id, type, z, wires, x = 0, y = 0, ...settings }: FlowNode): Box {
  const node = own.get(type);
  const label = String(
    settings.name ||
      node?.definition.label.call(node.node(settings)) ||
      (settings.url ? `[${settings.method}] ${settings.url}` : type),
  );
  const outputs = Number(settings.outputs ?? node?.definition.outputs ?? 1);
  const width = Math.max(100, 20 * Math.ceil((57 + 7 * label.length) / 20));
  const height = Math.max(30, 15 * outputs);
  const top = y - height / 2;
  // Our nodes write their status below.
  const bottom = y + height / 2 + (node ? 15 : 0);
  return { label, left: x - width / 2, right: x + width / 2, top, bottom };
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/** The types of Node-RED's own nodes. */
function typesOfCore(): Set<string> {
  const core = join(require.resolve('@node-red/nodes/package.json'), '../core');
  const pages = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.html') && !name.includes('locales'),
  );
  const types = pages.flatMap(name => [
    ...readFileSync(join(core, name), 'utf8').matchAll(/data-template-name="([^"]+)"/g),
  ]);
  return new Set(types.map(([, type]) => type ?? ''));
}
