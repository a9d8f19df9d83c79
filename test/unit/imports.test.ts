import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const ROOT = join(__dirname, '../..');
const MOST_LINES = 400;
const MOST_FILES = 20;

/** What everything that handles pictures and sound may use. */
const MEDIA = [
  'engine/media/codec',
  'engine/media/audio',
  'engine/media/picture',
  'engine/media/h264',
  'engine/media/containers',
  'engine/process',
  'engine/model',
];
/** The wings, which do not know each other, and what they stand on: for what joins them. */
const WINGS = ['engine/capture', 'engine/peer', 'engine/output', 'engine/source', ...MEDIA];
/** The floors: what a directory may import besides itself, the longest name that fits counts. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'engine/model': [],
  'engine/process': ['engine/model'],
  'engine/media/containers': ['engine/model'],
  'engine/media/h264': ['engine/media/containers', 'engine/model'],
  'engine/media/picture': ['engine/media/containers', 'engine/process', 'engine/model'],
  'engine/media/audio': ['engine/media/containers', 'engine/model'],
  'engine/media/codec': MEDIA,
  'engine/source': MEDIA,
  'engine/capture': ['engine/source', ...MEDIA],
  'engine/peer': MEDIA,
  'engine/output': ['engine/source', ...MEDIA],
  'engine/services': WINGS,
  engine: ['engine/services', ...WINGS],
  'engine/port': ['engine'],
  signaling: ['engine/model'],
  nodes: ['signaling', 'engine/port', 'engine/model'],
  client: [
    'client/player',
    'client/input',
    'client/connection',
    'client/media',
    'client/channels',
    'client/base',
  ],
  'client/base': [],
  'client/channels': ['client/base'],
  'client/media': ['client/base'],
  'client/connection': ['client/media', 'client/channels', 'client/base'],
  'client/input': ['client/base'],
  'client/player': ['client/connection', 'client/media', 'client/base'],
  editor: [],
};
/** What may be imported in addition where only types are, which vanish in the build. */
const MAY_IMPORT_TYPES: Record<string, readonly string[]> = { nodes: ['engine/capture'] };
/** Packages that only one floor may know, their types included. */
const ONLY_IN: Record<string, string> = { werift: 'engine/peer', 'node-red': 'nodes' };

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isType: boolean;
}

/** Source files below a directory, relative to the root. */
function sourcesIn(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(directory, file));
}

/** Every import of a source text: statements, exports from elsewhere, and calls. */
function importsIn(file: string, text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
  );
  const calls = text.matchAll(/\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g);
  return [
    ...Array.from(statements, ([, type, from = '']) => ({ file, from, isType: Boolean(type) })),
    ...Array.from(calls, ([, from = '']) => ({ file, from, isType: false })),
  ];
}

const FILES = ['engine', 'nodes', 'signaling', 'client', 'editor'].flatMap(sourcesIn);
const IMPORTS = FILES.flatMap(file => importsIn(file, readFileSync(join(ROOT, file), 'utf8')));

function floorOf(file: string): string {
  const floors = Object.keys(MAY_IMPORT).filter(floor => file.startsWith(`${floor}/`));
  return floors.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** The file that a relative import names, relative to the root; undefined for packages. */
function targetOf({ file, from }: Import): string | undefined {
  return from.startsWith('.') ? relative(ROOT, join(ROOT, file, '..', from)) : undefined;
}

function mayImport({ file, isType }: Import, target: string): boolean {
  const floor = floorOf(file);
  const allowed = [floor, ...(MAY_IMPORT[floor] ?? [])];
  if (isType) allowed.push(...(MAY_IMPORT_TYPES[floor] ?? []));
  return allowed.some(each => each === floorOf(target)) || isBelow(floor, target);
}

/** The port may use all of the engine. */
function isBelow(floor: string, target: string): boolean {
  return floor === 'engine/port' && target.startsWith('engine/');
}

/** A way along imports that run, back to where it began; undefined if there is none. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = walk(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = walk(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

describe('the reader of imports', () => {
  const read = (text: string) =>
    importsIn('a.ts', text).map(({ from, isType }) => `${from}${isType ? ' (type)' : ''}`);
  for (const { it: sentence, text, found } of [
    { it: 'reads a name', text: "import { a } from './b';", found: ['./b'] },
    { it: 'reads types', text: "import type { A } from './b';", found: ['./b (type)'] },
    { it: 'reads several lines', text: "import {\n  a,\n  type B,\n} from './b';", found: ['./b'] },
    { it: 'reads bare imports', text: "import 'x';", found: ['x'] },
    { it: 'reads exports', text: "export { a } from './b';", found: ['./b'] },
    { it: 'reads calls', text: "const x = await import('x'); require('y')", found: ['x', 'y'] },
    { it: 'sees none in other lines', text: "export const a = 'b';\nf(from, 'x')", found: [] },
  ]) {
    it(sentence, () => assert.deepEqual(read(text), found));
  }

  it('finds cycles', () => {
    const edges = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    assert.deepEqual(cycleIn(edges), ['b', 'c', 'b']);
    assert.equal(cycleIn(new Map([['a', ['b', 'c']]])), undefined);
  });
});

describe('the imports of the sources', () => {
  it('are found at all', () => {
    assert.ok(FILES.length > 100, `${FILES.length} files`);
    assert.ok(IMPORTS.length > 300, `${IMPORTS.length} imports`);
  });

  for (const floor of Object.keys(MAY_IMPORT)) {
    it(`of ${floor} go down only`, () => {
      const wrong = IMPORTS.filter(each => floorOf(each.file) === floor).filter(each => {
        const target = targetOf(each);
        return target !== undefined && !mayImport(each, target);
      });
      assert.deepEqual(
        wrong.map(({ file, from }) => `${file} imports ${from}`),
        [],
      );
    });
  }

  for (const [name, floor] of Object.entries(ONLY_IN)) {
    it(`know ${name} in ${floor} only`, () => {
      const wrong = IMPORTS.filter(
        ({ from }) => from === name || from.startsWith(`${name}/`),
      ).filter(({ file }) => !file.startsWith(`${floor}/`));
      assert.deepEqual(
        wrong.map(({ file }) => file),
        [],
      );
    });
  }

  it('of types make no circle either', () => {
    const edges = new Map<string, string[]>();
    for (const each of IMPORTS) {
      const target = targetOf(each);
      if (!target) continue;
      edges.set(each.file, [...(edges.get(each.file) ?? []), `${target}.ts`]);
    }
    assert.equal(cycleIn(edges)?.join(' -> '), undefined);
  });
});

describe('the sources', () => {
  it(`lie in folders of at most ${MOST_FILES} files`, () => {
    const folders = FILES.map(file => dirname(file)).filter(each => each !== 'nodes/lib');
    const crowded = new Set(
      folders.filter(each => folders.filter(other => other === each).length > MOST_FILES),
    );
    assert.deepEqual([...crowded], []);
  });

  it('touch the private parts of the WebRTC stack in engine/peer/stack only', () => {
    // What a library does not show is reached by a cast through unknown.
    const wrong = FILES.filter(file => file.startsWith('engine/peer/'))
      .filter(file => !file.startsWith('engine/peer/stack/'))
      .filter(file => readFileSync(join(ROOT, file), 'utf8').includes('as unknown as'));
    assert.deepEqual(wrong, []);
  });

  it('of the engine have one file at the root', () => {
    assert.deepEqual(
      FILES.filter(file => dirname(file) === 'engine'),
      ['engine/engine.ts'],
    );
  });

  it(`are files of at most ${MOST_LINES} lines`, () => {
    const long = FILES.filter(
      file => readFileSync(join(ROOT, file), 'utf8').split('\n').length > MOST_LINES + 1,
    );
    assert.deepEqual(long, []);
  });
});
