import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

/** A validator of the editor: true, or what is wrong. */
type Validator = (this: object, value: unknown, options: object) => unknown;

/** A setting as the editor knows it. */
interface FieldDefinition {
  readonly value: unknown;
  readonly required?: boolean;
  readonly validate?: Validator;
}

/** What the html file of a node registers with the editor, as far as tests ask. */
export interface EditorDefinition {
  readonly category: string;
  readonly defaults: Readonly<Record<string, FieldDefinition>>;
  readonly credentials: Readonly<Record<string, { type: string }>>;
  readonly inputs: number;
  readonly outputs: number;
  readonly icon: string;
  paletteLabel(this: object): string;
  label(this: object): string;
  outputLabels(this: object, index: number): string;
}

/** The same as a node registers it: credentials only if it has some. */
type RegisteredDefinition = Omit<EditorDefinition, 'credentials'> &
  Partial<Pick<EditorDefinition, 'credentials'>>;

const root = join(__dirname, '../..');
const locale = join(root, 'nodes/locales/en-US');

/** Everything the editor gets of one node: definition, template, help and catalog. */
export class EditorNode {
  /** Name of the node's files without extension. */
  readonly file: string;
  readonly type: string;
  readonly definition: EditorDefinition;
  readonly html: string;
  /** The scripts that its dialog shares with others. */
  readonly sharedScript: string;
  readonly template: string;
  readonly help: string;
  readonly catalog: Readonly<Record<string, unknown>>;

  /**
   * @param file name of the node's files without extension
   * @param withoutShared as if the scripts that it shares with others had failed to load
   */
  constructor(file: string, { withoutShared = false } = {}) {
    this.file = file;
    this.html = readFileSync(join(root, `nodes/${file}.html`), 'utf8');
    this.template = partOf(this.html, /<script type="text\/html"[^>]*>(.*?)<\/script>/s);
    this.sharedScript = withoutShared ? '' : sharedScriptOf(this.html);
    this.help = readFileSync(join(locale, `${file}.html`), 'utf8');
    this.catalog = JSON.parse(readFileSync(join(locale, `${file}.json`), 'utf8'));

    const registered: [string, EditorDefinition][] = [];
    const registerType = (type: string, definition: RegisteredDefinition) => {
      registered.push([type, { ...definition, credentials: definition.credentials ?? {} }]);
    };
    const script = partOf(this.html, /<script type="text\/javascript">(.*?)<\/script>/s);
    runInNewContext(this.sharedScript + script, { window: {}, RED: { nodes: { registerType } } });
    const [first] = registered;
    if (!first || registered.length > 1) throw new Error(`${file}.html registers not one node`);
    [this.type, this.definition] = first;
  }

  /** The catalog's text for a key such as `rtc-camera.label.name`; undefined if it is not a text. */
  text(key: string): string | undefined {
    const found = key.split('.').reduce<unknown>((tree, name) => childOf(tree, name), this.catalog);
    return typeof found === 'string' ? found : undefined;
  }

  /** A node as the editor hands it to the definition's functions: defaults, changed by `config`. */
  node(config: Readonly<Record<string, unknown>> = {}): object {
    const defaults = Object.entries(this.definition.defaults).map(([key, { value }]) => [
      key,
      value,
    ]);
    const translate = (key: string) => {
      const text = this.text(key);
      if (text === undefined) throw new Error(`The catalog has no text ${key}`);
      return text;
    };
    return { type: this.type, ...Object.fromEntries(defaults), ...config, _: translate };
  }

  /** What the validators say against a node's settings, by field. */
  problems(config: Readonly<Record<string, unknown>> = {}): Record<string, string> {
    const node = this.node(config) as Record<string, unknown>;
    const problems: Record<string, string> = {};
    for (const [field, { validate }] of Object.entries(this.definition.defaults)) {
      const verdict = validate?.call(node, node[field], {});
      if (verdict !== undefined && verdict !== true) problems[field] = String(verdict);
    }
    return problems;
  }
}

/** All nodes that package.json names. */
export function allEditorNodes(): EditorNode[] {
  const { 'node-red': nodeRed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = Object.values<string>(nodeRed.nodes);
  return files.map(file => new EditorNode(file.replace(/^dist\/nodes\/|\.js$/g, '')));
}

function childOf(tree: unknown, name: string): unknown {
  return typeof tree === 'object' && tree !== null ? Reflect.get(tree, name) : undefined;
}

/** What an html file loads of resources/, in order. What the build makes is left out: it wants a browser. */
function sharedScriptOf(html: string): string {
  const sources = html.matchAll(
    /<script src="\.\/resources\/@rtcbot\/node-red-rtcbot\/(\w+\.js)">/g,
  );
  return [...sources]
    .map(([, name = '']) => join(root, 'resources', name))
    .filter(path => !path.endsWith('qrCode.js'))
    .map(path => readFileSync(path, 'utf8'))
    .join('\n');
}

function partOf(html: string, pattern: RegExp): string {
  const part = pattern.exec(html)?.[1];
  if (part === undefined) throw new Error(`Nothing in the html is like ${pattern}`);
  return part;
}
