import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a help text. */
export interface HelpLine {
  readonly kind: 'heading' | 'output' | 'property' | 'item' | 'row' | 'code' | 'text' | 'blank';
  readonly text: string;
  /** What no language changes: the level, name and type, or code. */
  readonly fixed: string;
}

const locales = join(__dirname, '../../nodes/locales');
const KINDS: readonly (readonly [HelpLine['kind'], RegExp])[] = [
  ['heading', /^(#+) /],
  ['output', /^(\d+\.) /],
  ['property', /^: (\*?\w+\*? \([\w, ]+\)) : /],
  ['item', /^(-) /],
  ['row', /^(\|)/],
  ['blank', /^()$/],
];

/** The help of a node in one language, taken apart. */
export class HelpText {
  /** The script element as it stands in the file. */
  readonly html: string;
  readonly lines: readonly HelpLine[];
  /** Everything but code blocks, with code spans empty, or a colon if they hold one. */
  readonly prose: readonly HelpLine[];

  /** @param file name of the node's files without extension */
  constructor(language: string, file: string) {
    this.html = readFileSync(join(locales, language, `${file}.html`), 'utf8');
    const [, markdown = ''] = /^<script[^>]*>\n([\s\S]*)\n<\/script>\n$/.exec(this.html) ?? [];
    let isCode = false;
    this.lines = markdown.split('\n').map(text => {
      const isFence = text.startsWith('```');
      if (isFence) isCode = !isCode;
      return isFence || isCode ? { kind: 'code', text, fixed: text } : lineOf(text);
    });
    this.prose = this.lines
      .filter(({ kind }) => kind !== 'code')
      .map(line => ({ ...line, text: line.text.replace(/`[^`]*`/g, emptied) }));
  }

  /** The first paragraph, which the editor shows as the tooltip of the palette. */
  get first(): string {
    return this.lines[0]?.text ?? '';
  }

  /** Line by line what it is, with what no language changes. */
  get structure(): string[] {
    return this.lines.map(({ kind, fixed }) => `${kind} ${fixed}`);
  }

  /** All code within lines, and all addresses of links, sorted. */
  get code(): string[] {
    const text = this.lines.filter(({ kind }) => kind !== 'code').map(line => line.text);
    return text.flatMap(line => line.match(/`[^`]*`|\]\([^)]*\)/g) ?? []).sort();
  }

  get headings(): string[] {
    return this.lines
      .filter(({ kind }) => kind === 'heading')
      .map(({ text }) => text.replace(/^#+ /, ''));
  }

  /** What the numbered outputs are called, without a remark in brackets. */
  get outputs(): string[] {
    return this.lines
      .filter(({ kind }) => kind === 'output')
      .map(({ text }) => text.replace(/^\d+\. /, '').replace(/\s*[(（].*$/, ''));
  }

  /** What stands in bold. */
  get strong(): string[] {
    return this.#marked(/\*\*([^*]+)\*\*/g);
  }

  /** What stands in italics; the names of properties do not count. */
  get emphasised(): string[] {
    return this.#marked(/(?<!\*)\*([^*]+)\*(?!\*)/g);
  }

  #marked(pattern: RegExp): string[] {
    return this.prose.flatMap(({ kind, text }) => {
      const said = kind === 'property' ? text.replace(/^: [^:]* : /, '') : text;
      return [...said.matchAll(pattern)].map(([, marked = '']) => marked);
    });
  }
}

function lineOf(text: string): HelpLine {
  for (const [kind, pattern] of KINDS) {
    const match = pattern.exec(text);
    if (match) return { kind, text, fixed: match[1] ?? '' };
  }
  return { kind: 'text', text, fixed: '' };
}

function emptied(code: string): string {
  return code.includes(':') ? '`:`' : '``';
}
