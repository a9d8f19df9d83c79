import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import { allOf, textOf } from '../support/documents';
import { EditorNode } from '../support/editorNode';

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly keywords?: readonly string[];
  readonly repository?: { readonly url: string };
  readonly bugs?: { readonly url: string };
  readonly engines?: { readonly node?: string };
  readonly 'node-red': {
    readonly version?: string;
    readonly nodes: Readonly<Record<string, string>>;
  };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly dev?: boolean;
  readonly peer?: boolean;
  readonly devOptional?: boolean;
  readonly deprecated?: string;
}

const root = join(__dirname, '../..');
const manifest: Manifest = JSON.parse(textOf('package.json'));
const nodes = manifest['node-red'].nodes;
const nameOf = (script: string) => script.replace(/^dist\/nodes\/|\.js$/g, '');
const MOST_DEPENDENCIES = 6;

// The rules of flows.nodered.org: what `node-red-dev validate` looks at, and what its crawler reads.
describe('The scorecard of the flow library', () => {
  it('P01: the package has a licence', () => {
    assert.equal(manifest.license, 'Apache-2.0');
    assert.match(textOf('LICENSE'), /Apache License\s+Version 2\.0/);
  });

  it('P02 and P03: it has a scoped name, a repository and an address for bugs', () => {
    assert.match(manifest.name, /^@[a-z\d][\w-.]+\/[a-z\d][\w-.]*$/);
    assert.match(
      manifest.repository?.url ?? '',
      /^git\+https:\/\/github\.com\/[\w-]+\/[\w-]+\.git$/,
    );
    assert.match(manifest.bugs?.url ?? '', /^https:/);
  });

  it('P05: it has the keyword that the library searches for, each only once', () => {
    const { keywords = [] } = manifest;
    assert.ok(keywords.includes('node-red'));
    assert.equal(new Set(keywords).size, keywords.length);
  });

  it('P06 and P07: it says which Node-RED and which Node.js it needs, and the README says the same', () => {
    const readme = textOf('README.md');
    const nodeRed = /^>=(\d+\.\d+)\.0$/.exec(manifest['node-red'].version ?? '')?.[1];
    const node = /^>=(\d+)$/.exec(manifest.engines?.node ?? '')?.[1];
    assert.ok(nodeRed && node);
    assert.ok(readme.includes(`Node-RED ${nodeRed} or newer`));
    assert.ok(readme.includes(`Node.js ${node} or newer`));
  });

  it('D01: it has at most six dependencies, optional ones and peers included', () => {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    assert.ok(Object.keys(all).length <= MOST_DEPENDENCIES, Object.keys(all).join(', '));
  });

  it('D02: nothing that is installed with it is deprecated', () => {
    const { packages }: { packages: Record<string, Locked> } = JSON.parse(
      textOf('package-lock.json'),
    );
    const installed = Object.entries(packages).filter(
      ([, { dev, peer, devOptional }]) => !dev && !peer && !devOptional,
    );
    assert.ok(installed.length > 10);
    const deprecated = installed.filter(([, { deprecated }]) => deprecated !== undefined);
    assert.deepEqual(deprecated, []);
  });

  it('N01: its types begin with rtc-, which sets them apart from those of others', () => {
    const types = Object.keys(nodes);
    assert.deepEqual(
      types.filter(type => !/^rtc-[a-z]+$/.test(type)),
      [],
    );
    assert.deepEqual(
      types,
      Object.values(nodes).map(script => new EditorNode(nameOf(script)).type),
    );
  });

  it('N02: there is an example with each node', () => {
    const files = readdirSync(join(root, 'examples'));
    const types = new Set(
      files.flatMap(file =>
        (JSON.parse(textOf(join('examples', file))) as { type: string }[]).map(({ type }) => type),
      ),
    );
    assert.deepEqual(
      Object.keys(nodes).filter(type => !types.has(type)),
      [],
    );
  });
});

for (const [type, script] of Object.entries(nodes)) {
  describe(`What the flow library reads of ${type}`, () => {
    const { html } = new EditorNode(nameOf(script));

    it('stands in its html in a form that can be read without running it', () => {
      const [source = ''] = allOf(
        html,
        /<script.+?type=['"]text\/javascript['"].*?>([\S\s]*?)<\/script>/gi,
      );
      const [name, definition] = argumentsOf(source, 'registerType');
      assert.ok(name && ts.isStringLiteral(name) && name.text === type);
      assert.ok(definition && ts.isObjectLiteralExpression(definition));
      const values = new Map(
        definition.properties.flatMap(property =>
          ts.isPropertyAssignment(property)
            ? [[property.name.getText(), property.initializer]]
            : [],
        ),
      );
      for (const key of ['category', 'color', 'icon', 'inputs', 'outputs']) {
        assert.ok(values.get(key) && ts.isLiteralExpression(values.get(key) as ts.Node), key);
      }
      for (const key of ['defaults', 'credentials']) {
        const value = values.get(key);
        if (!value && key === 'credentials') continue;
        assert.ok(value && ts.isObjectLiteralExpression(value), key);
        assert.ok(
          value.properties.every(each => ts.isPropertyAssignment(each)),
          key,
        );
      }
    });
  });
}

describe('The README, as npm and the flow library show it', () => {
  const readme = textOf('README.md');

  it('has pictures with absolute addresses, of files that are there', () => {
    const pictures = allOf(readme, /!\[[^\]]+\]\(([^)]+)\)/g);
    assert.ok(pictures.length >= 2);
    const repository = manifest.repository?.url.replace(
      /^git\+https:\/\/github\.com\/|\.git$/g,
      '',
    );
    const base = `https://raw.githubusercontent.com/${repository}/HEAD/`;
    for (const picture of pictures) {
      assert.ok(picture.startsWith(base), picture);
      assert.ok(existsSync(join(root, picture.slice(base.length))), picture);
    }
  });

  it('tells each picture in words, too', () => {
    const words = allOf(readme, /!\[([^\]]*)\]\(/g);
    assert.ok(words.every(text => text.length > 20));
  });
});

/** The arguments of the one call of a method in a script. */
function argumentsOf(source: string, method: string): readonly ts.Expression[] {
  const calls: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      if (node.expression.name.text === method) calls.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('script.js', source, ts.ScriptTarget.ES2022, true));
  assert.equal(calls.length, 1);
  return calls[0]?.arguments ?? [];
}
