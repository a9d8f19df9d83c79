import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const directory = join(__dirname, '../../client');
/** What a browser calls on an element of its own accord. */
const CALLED_BY_BROWSER = /Callback$/;

/** One thing that pages can use, and the names that belong to it. */
export interface ApiEntry {
  /** `Session`, `connect`, `SessionOptions` … */
  readonly name: string;
  readonly kind: 'class' | 'function' | 'type';
  /** Public methods and properties with those inherited, or the members of a type; of a union of texts these. */
  readonly members: readonly string[];
}

/**
 * What the browser library gives to pages, read from its sources: everything that `client/index.ts`
 * exports. What a doc comment marks as `@internal` is left out.
 */
export function browserApi(): ApiEntry[] {
  return parsed('index').statements.flatMap(statement => {
    const from = ts.isExportDeclaration(statement) && statement.moduleSpecifier;
    const names = from && statement.exportClause;
    if (!from || !names || !ts.isNamedExports(names)) return [];
    const source = parsed(from.getText().slice(3, -1));
    return names.elements.map(({ name }) => entryOf(source, name.text));
  });
}

function parsed(name: string): ts.SourceFile {
  const text = readFileSync(join(directory, `${name}.ts`), 'utf8');
  return ts.createSourceFile(`${name}.ts`, text, ts.ScriptTarget.ES2022, true);
}

function entryOf(source: ts.SourceFile, name: string): ApiEntry {
  for (const each of source.statements) {
    if (ts.isClassDeclaration(each) && each.name?.text === name) {
      return { name, kind: 'class', members: membersOfClass(each) };
    }
    if (ts.isFunctionDeclaration(each) && each.name?.text === name) {
      return { name, kind: 'function', members: [] };
    }
    if (ts.isInterfaceDeclaration(each) && each.name.text === name) {
      return { name, kind: 'type', members: each.members.flatMap(namesOf) };
    }
    if (ts.isTypeAliasDeclaration(each) && each.name.text === name) {
      return { name, kind: 'type', members: membersOfType(each.type) };
    }
  }
  throw new Error(`${source.fileName} declares no ${name}`);
}

function membersOfClass(declaration: ts.ClassDeclaration): string[] {
  const own = declaration.members.filter(isForPages).flatMap(namesOf);
  return [...new Set([...own, ...inherited(declaration)])];
}

/** The members of the class of ours that it extends. */
function inherited(declaration: ts.ClassDeclaration): readonly string[] {
  const base = declaration.heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';
  return /^(Closable|Emitter)$/.test(base) ? entryOf(parsed(`base/${base}`), base).members : [];
}

function membersOfType(type: ts.TypeNode): string[] {
  if (ts.isTypeLiteralNode(type)) return type.members.flatMap(namesOf);
  if (!ts.isUnionTypeNode(type)) return [];
  return type.types.flatMap(each =>
    ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? [each.literal.text] : [],
  );
}

function isForPages(member: ts.ClassElement): boolean {
  const flags = ts.getCombinedModifierFlags(member);
  const isHidden =
    flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static);
  const isInternal = ts.getJSDocTags(member).some(tag => tag.tagName.text === 'internal');
  return !isHidden && !isInternal;
}

function namesOf({ name }: { readonly name?: ts.PropertyName | undefined }): string[] {
  return name && ts.isIdentifier(name) && !CALLED_BY_BROWSER.test(name.text) ? [name.text] : [];
}
