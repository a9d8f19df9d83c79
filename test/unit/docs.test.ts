import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as callErrors from '../../engine/model/errors/callErrors';
import * as errors from '../../engine/model/errors/errors';
import * as peerErrors from '../../engine/model/errors/peerErrors';
import * as picameraErrors from '../../engine/model/errors/picameraErrors';
import * as soundErrors from '../../engine/model/errors/soundErrors';
import * as sourceErrors from '../../engine/model/errors/sourceErrors';
import { UnusableError } from '../../engine/model/errors/UnusableError';
import { allEditorNodes } from '../support/editorNode';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const common = JSON.parse(read('nodes/locales/en-US/common.json'));
const nodes = allEditorNodes();

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'))
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
];

/** What an error says, and the facts that its catalog text may use. */
interface Sample {
  readonly code: string;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly message?: string;
}

/** One error of each class, and the codes that have no class. */
const samples: Sample[] = [
  ...(
    Object.values({
      ...errors,
      ...callErrors,
      ...peerErrors,
      ...picameraErrors,
      ...soundErrors,
      ...sourceErrors,
      UnusableError,
    }) as unknown[]
  )
    .filter(isConcreteError)
    .map(Class => new Class('first', 'second'))
    .map(({ code, facts, message }) => ({ code, facts, message })),
  { code: 'unexpected', facts: errors.noteOf(new Error('nobody foresaw it')).facts },
  { code: 'path-taken', facts: { path: '/rtcbot' } },
  { code: 'http-off', facts: {} },
];

describe('The texts of errors', () => {
  it('are there for every code, and for no other', () => {
    const codes = samples.map(({ code }) => code).sort();
    assert.ok(codes.length > 20);
    assert.deepEqual(Object.keys(common.errors).sort(), codes);
  });

  for (const { code, facts, message } of samples) {
    it(`${code}: the status is short, the text has a place for each fact`, () => {
      const { status, text } = common.errors[code];
      assert.ok(status.length > 0 && status.length <= 20, status);
      assert.equal(/__/.test(status), false);
      const places = [...text.matchAll(/__(\w+?)__/g)].map(([, name]) => name);
      assert.deepEqual(places.sort(), Object.keys(facts).sort());
    });
    if (message === undefined) continue;
    it(`${code}: the text is what the error itself says`, () => {
      assert.equal(fill(common.errors[code].text, facts), message);
    });
  }
});

describe('The status texts', () => {
  const values = {
    ...{ width: 1920, height: 1080, fps: 60, path: 'NVENC' },
    ...{ number: 1000, seconds: 30, via: 'naudiodon', khz: 44.1 },
  };
  for (const [key, text] of Object.entries<string>(common.status)) {
    it(`${key} fits under a node`, () => {
      const filled = fill(text, values);
      assert.ok(filled.length <= 20, filled);
      assert.equal(/__/.test(filled), false, filled);
    });
  }
});

for (const node of nodes) {
  const { type, definition, help } = node;

  describe(`The help of ${type}`, () => {
    it('is Markdown for this type, with a first paragraph that fits a tooltip', () => {
      assert.ok(help.startsWith(`<script type="text/markdown" data-help-name="${type}">\n`));
      const [first = ''] = help.split('\n').slice(1);
      assert.ok(first.length > 20 && first.length <= 160, first);
      assert.match(first, /^[\w ,]+\.$/);
    });

    it('has no line that the editor would take for something else', () => {
      const lines = help.split('\n');
      assert.deepEqual(
        lines.filter(line => /^\s/.test(line) && !/^ {2}\S/.test(line)),
        [],
      );
      // A second colon ends the description of a property.
      const properties = lines.filter(line => line.startsWith(': '));
      const broken = properties.filter(line => !/^: \*?\w+\*? \([\w, ]+\) : [^:]+$/.test(line));
      assert.ok(properties.length > 0);
      assert.deepEqual(broken, []);
    });

    it('describes every setting and credential under its label', () => {
      const fields = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials)];
      const missing = fields
        // Kept by the dialog, not entered by the user.
        .filter(field => !['outputs', 'guarded'].includes(field) && !field.endsWith('PayloadType'))
        .map(field => node.text(`${type}.label.${field}`) ?? field)
        .filter(label => !help.includes(`**${label}**`));
      assert.deepEqual(missing, []);
    });

    it('describes every output', () => {
      const titles = [...help.matchAll(/^\d+\. (\w+)/gm)].map(([, title]) => title?.toLowerCase());
      const names = titles.map((_, index) => definition.outputLabels.call(node.node(), index));
      assert.ok(titles.length >= definition.outputs);
      assert.deepEqual(titles, names);
    });
  });
}

describe('The documents', () => {
  for (const file of documents) {
    it(`${file} links only to files and headings that exist`, () => {
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)];
      const broken = links.filter(([, path, anchor]) => {
        const target = path ? join(file, '..', decodeURI(path)) : file;
        return !existsSync(join(root, target)) || !(anchor === '' || hasHeading(target, anchor));
      });
      assert.deepEqual(
        broken.map(([link]) => link),
        [],
      );
    });
  }

  it('the references of nodes and statuses are what help and catalog say', () => {
    execFileSync(process.execPath, [join(root, 'scripts/docs.mjs'), '--check']);
  });

  it('the README names every node and every example', () => {
    const readme = read('README.md').replaceAll('%20', ' ');
    for (const node of nodes) {
      assert.ok(
        readme.includes(`**${node.definition.paletteLabel.call(node.node())}**`),
        node.type,
      );
    }
    for (const example of readdirSync(join(root, 'examples'))) {
      assert.ok(readme.includes(`(examples/${example})`), example);
    }
  });

  it('give the same figures of performance', () => {
    const rows = (file: string): string[] => read(file).match(/^\| \d+ × \d+ \|.*$/gm) ?? [];
    const all = rows('docs/performance.md');
    assert.ok(rows('README.md').length > 2);
    assert.deepEqual(
      rows('README.md').filter(row => !all.includes(row)),
      [],
    );
  });

  it('name no npm script that does not exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const file of documents) {
      const names = [...read(file).matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)];
      for (const [, run, short] of names) assert.ok(scripts[run ?? short ?? ''], `${file}: ${run}`);
    }
  });
});

/** Whether a Markdown file has a heading that this anchor leads to. */
function hasHeading(file: string, anchor: string | undefined): boolean {
  const headings = [...read(file).matchAll(/^#+ (.*)$/gm)];
  const anchors = headings.map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  return anchors.includes(anchor ?? '');
}

type ErrorClass = new (...args: string[]) => errors.MediaError;

/** The classes that say what went wrong; not their base, nor the one that carries others over. */
function isConcreteError(value: unknown): value is ErrorClass {
  return (
    typeof value === 'function' &&
    value.prototype instanceof errors.MediaError &&
    value !== errors.RemoteMediaError
  );
}

/** Puts values into a text as the catalog's library does. */
function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/__(\w+?)__/g, (place, name) => String(values[name] ?? place));
}
