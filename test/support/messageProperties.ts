import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '../..');

/** Variables that hold a message. */
const MESSAGES = new Set(['message', 'msg']);
/** Functions that send what they are given along a wire. */
const SENDERS = new Set(['send', 'event']);
/** Functions that give properties of a message. */
const PARTS = new Set(['fromPeer', 'frameFields', 'chunkFields']);
/** Types of messages, and of parts of them. */
const TYPES = /(?:Message|Incoming|Fields)$/;

/**
 * The properties of messages that the nodes read or write: found in their sources, in the types of
 * messages, in what is read of a message, and in what is sent.
 */
export function messageProperties(): Set<string> {
  const found = new Set<string>();
  for (const file of sources()) {
    const text = readFileSync(file, 'utf8');
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true), found);
  }
  // What a message has in any flow.
  found.delete('_msgid');
  return found;
}

/** The members of an interface in a source file. @throws Error if it is not there */
export function membersOf(file: string, name: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = source.statements.find(
    each => ts.isInterfaceDeclaration(each) && each.name.text === name,
  );
  if (!found) throw new Error(`${file} has no interface ${name}`);
  const members = new Set<string>();
  declared(found, members);
  return [...members];
}

function sources(): string[] {
  const directory = join(root, 'nodes');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(directory, file));
}

function visit(node: ts.Node, found: Set<string>): void {
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
    if (TYPES.test(node.name.text)) declared(node, found);
  } else if (ts.isPropertyAccessExpression(node) && isMessage(node.expression)) {
    found.add(node.name.text);
  } else if (ts.isVariableDeclaration(node) && node.initializer && isMessage(node.initializer)) {
    bound(node.name, found);
  } else if (ts.isParameter(node) && TYPES.test(node.type?.getText() ?? '')) {
    bound(node.name, found);
  } else if (ts.isObjectLiteralExpression(node) && isSent(node)) {
    written(node, found);
  }
  ts.forEachChild(node, child => visit(child, found));
}

/** The members that a type declares itself. */
function declared(node: ts.Node, found: Set<string>): void {
  ts.forEachChild(node, child => {
    if (ts.isPropertySignature(child) && ts.isIdentifier(child.name)) found.add(child.name.text);
    // Not the members of a member's type.
    else declared(child, found);
  });
}

/** What a pattern such as `{ payload, channels = 1 }` takes. */
function bound(name: ts.BindingName, found: Set<string>): void {
  if (!ts.isObjectBindingPattern(name)) return;
  for (const { propertyName, name: local, dotDotDotToken } of name.elements) {
    if (!dotDotDotToken) found.add((propertyName ?? local).getText());
  }
}

function written(node: ts.ObjectLiteralExpression, found: Set<string>): void {
  for (const property of node.properties) {
    if (property.name && ts.isIdentifier(property.name)) found.add(property.name.text);
  }
}

function isMessage(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && MESSAGES.has(node.text);
}

/** An object made of a message or parts of one, given to a sender, or put into a message. */
function isSent(node: ts.ObjectLiteralExpression): boolean {
  const isMadeOfOne = node.properties.some(
    each =>
      ts.isSpreadAssignment(each) &&
      (isMessage(each.expression) || PARTS.has(calleeOf(each.expression))),
  );
  if (isMadeOfOne) return true;
  let holder: ts.Node = node.parent;
  while (ts.isArrayLiteralExpression(holder) || ts.isConditionalExpression(holder)) {
    holder = holder.parent;
  }
  if (!ts.isCallExpression(holder)) return false;
  const [first] = holder.arguments;
  return (
    SENDERS.has(calleeOf(holder)) || (calleeOf(holder) === 'assign' && !!first && isMessage(first))
  );
}

/** The last name of what is called: `send` of `this.send(...)`. */
function calleeOf(node: ts.Expression): string {
  if (!ts.isCallExpression(node)) return '';
  const { expression } = node;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
}
