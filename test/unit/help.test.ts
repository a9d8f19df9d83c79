import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HelpText } from '../support/HelpText';

const locales = join(__dirname, '../../nodes/locales');
const LANGUAGES = ['de', 'ja', 'zh-CN'];
const NODES = readdirSync(join(locales, 'en-US'))
  .filter(file => file.endsWith('.html'))
  .map(file => file.replace('.html', ''));

/** Words that stand in every English sentence and in none of the other languages. */
const ENGLISH = /\b(?:the|and|of|with|that|which|are|its|when|what|from|if|for|to|or|by|is|it)\b/gi;
/** Some letters of the language's own script; German has none. */
const SCRIPTS: Readonly<Record<string, RegExp>> = {
  de: /\p{L}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  'zh-CN': /\p{Script=Han}/u,
};
/** Lines without a word of prose but names. */
const ONLY_NAMES = /^\| (?:PulseAudio|PipeWire|ALSA|`.*|---).*\||^\|---\|---\|$|^\d+\. /;
/** Where the editor, as of Node-RED 4.1, takes the rest of a line for the description of a property. */
const LIKE_A_PROPERTY = /(?<!`):[^:]+\([^:]+\).*?:[^:]*$/;

it('There is a help for each of the six nodes', () => {
  assert.equal(NODES.length, 6);
});

for (const language of ['en-US', ...LANGUAGES]) {
  describe(`The help in ${language}`, () => {
    for (const node of NODES) {
      it(`of ${node} has no line that the editor takes for something else`, () => {
        const { prose } = new HelpText(language, node);
        const broken = prose.filter(({ kind, text }) =>
          kind === 'property' ? !/^: [^:]+ : [^:]+$/.test(text) : LIKE_A_PROPERTY.test(text),
        );
        assert.deepEqual(broken, []);
        const odd = prose.filter(({ kind, text }) => kind === 'text' && /^[\s:]/.test(text));
        assert.deepEqual(odd, []);
      });
    }
  });
}

for (const language of LANGUAGES) {
  const script = SCRIPTS[language] ?? /\p{L}/u;

  describe(`The help in ${language}`, () => {
    for (const node of NODES) {
      const english = new HelpText('en-US', node);
      const help = new HelpText(language, node);
      const names = namesOf(language, node);

      it(`of ${node} is Markdown for its type, with a first paragraph that fits a tooltip`, () => {
        assert.equal(help.html.split('\n')[0], english.html.split('\n')[0]);
        assert.match(help.first, /^[\p{L}\p{N}\p{M} ,，、-]+[.。]$/u);
        assert.ok(help.first.length > 15 && help.first.length <= 160, help.first);
      });

      it(`of ${node} has the headings, properties, lists, tables and code blocks of English`, () => {
        assert.deepEqual(help.structure, english.structure);
      });

      it(`of ${node} has the code and the links of English`, () => {
        assert.deepEqual(help.code, english.code);
      });

      it(`of ${node} leaves nothing in English`, () => {
        const plain = help.prose.map(({ text }) => text.replace(/\*[^*]+\*|\]\([^)]*\)/g, ''));
        assert.deepEqual(
          plain.filter(line => line.match(ENGLISH)),
          [],
        );
        const lines = help.prose.filter(
          ({ kind, text }) => kind !== 'blank' && /\p{L}/u.test(text.replace(/^: [^:]* : /, '')),
        );
        const foreign = lines.filter(({ text }) => !script.test(text) && !ONLY_NAMES.test(text));
        assert.deepEqual(foreign, []);
        const same = lines.filter(({ text }) => isProse(text) && english.html.includes(text));
        assert.deepEqual(same, []);
      });

      it(`of ${node} calls its outputs as the ports are called`, () => {
        const ports = english.outputs.map(name => [...(names.get(name.toLowerCase()) ?? [])]);
        help.outputs.forEach((name, at) => {
          assert.ok(ports[at]?.includes(name.toLowerCase()), name);
        });
      });

      it(`of ${node} names settings, choices and statuses as the dialog and the status do`, () => {
        assert.deepEqual(missing(english.strong, help.strong, names), []);
        assert.deepEqual(missing(english.emphasised, help.emphasised, names), []);
        const known = new Set([...english.strong, ...[...names.values()].flatMap(set => [...set])]);
        const unknown = help.strong.filter(
          name => !known.has(name) && !known.has(name.toLowerCase()),
        );
        assert.deepEqual(unknown, []);
      });

      it(`of ${node} refers to headings that it has`, () => {
        const referred = english.emphasised.filter(name => english.headings.includes(name));
        for (const name of referred) {
          const heading = help.headings[english.headings.indexOf(name)] ?? '';
          assert.ok(help.emphasised.includes(heading), `${name}: ${heading}`);
        }
      });
    }
  });
}

/** Names of English help texts that the catalogs have, of which the other help has no translation. */
function missing(english: string[], other: string[], names: Names): string[] {
  const found = new Set(other.map(name => name.toLowerCase()));
  return english.filter(name => {
    const translations = names.get(name.toLowerCase());
    return translations && ![...translations].some(translation => found.has(translation));
  });
}

/** Whether a line says something that has to be translated. */
function isProse(text: string): boolean {
  const words = text.replace(/^: [^:]* : /, '').replace(/\*[^*]+\*|`:?`|\]\([^)]*\)/g, ' ');
  return (words.match(/\p{L}{4,}/gu) ?? []).length > 2;
}

/** English names in lower case, each with all that it may be in the language. */
type Names = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The names in the catalogs of a node. A choice goes by its first words, too: `lowest` is `lowest:
 * show each picture at once`. Places in status texts are filled as the help fills them.
 */
function namesOf(language: string, node: string): Names {
  const names = new Map<string, Set<string>>();
  for (const file of ['common', node]) {
    const english = textsOf('en-US', file);
    const other = textsOf(language, file);
    for (const [key, text] of english) {
      // Long texts are no names; what a warning or an error says is none either.
      if (/\.(?:tip|problem|text|warnings)\b/.test(key)) continue;
      const translation = other.get(key) ?? '';
      const pairs = [
        [filled(text), filled(translation)],
        [shortened(text), shortened(translation)],
      ] as const;
      for (const [from, to] of pairs) {
        const known = names.get(from.toLowerCase()) ?? new Set();
        names.set(from.toLowerCase(), known.add(to.toLowerCase()));
      }
    }
  }
  return names;
}

function filled(text: string): string {
  return text
    .replace('__seconds__', '4')
    .replace('__number__', '2')
    .replace('__via__', 'pulse')
    .replace(/:$/, '');
}

function shortened(text: string): string {
  return text.replace(/\s*[:：(（].*$/, '');
}

function textsOf(language: string, file: string): Map<string, string> {
  const catalog: unknown = JSON.parse(
    readFileSync(join(locales, language, `${file}.json`), 'utf8'),
  );
  return new Map(leavesOf(catalog, file));
}

function leavesOf(tree: unknown, key: string): [string, string][] {
  if (typeof tree === 'string') return [[key, tree]];
  return Object.entries(tree as object).flatMap(([name, child]) =>
    leavesOf(child, `${key}.${name}`),
  );
}
