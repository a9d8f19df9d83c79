import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file of this checkout. */
export function textOf(path: string): string {
  return readFileSync(join(__dirname, '../..', path), 'utf8');
}

/** What the first group of a pattern finds in a text, each once. */
export function allOf(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
}

/** The part of a Markdown text from a heading to the next of the same rank or a higher one. @throws Error */
export function sectionOf(document: string, heading: string): string {
  const lines = document.split('\n');
  const start = lines.findIndex(line => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`There is no section ${heading}`);
  const rank = lines[start]?.indexOf(' ') ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex(line => /^#+ /.test(line) && line.indexOf(' ') <= rank);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}

/** The names in the first column of a text's tables: of `` | `send(x)`, `put` | … `` these two. */
export function namesInRows(text: string): string[] {
  const cells = allOf(text, /^\| (`.+?`) \|/gm);
  return [...new Set(cells.flatMap(cell => allOf(cell, /`([\w-]+)/g)))];
}

/** The names that no piece of code in a Markdown text has. */
export function missingIn(text: string, names: readonly string[]): string[] {
  const words = new Set(allOf(text, /`([^`\n]+)`/g).flatMap(code => code.match(/[\w-]+/g) ?? []));
  return names.filter(name => !words.has(name));
}
