/** What keys are for besides driving. Pure. */

/** What a key event tells of itself. */
export interface KeyUse {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly isComposing?: boolean;
  composedPath(): readonly EventTarget[];
}

/** What has the keyboard, as far as it matters here. */
interface Focused {
  readonly localName?: string;
  readonly type?: string;
  readonly isContentEditable?: boolean;
}

/** Keys that move the page or open the browser's search, if nobody stops them. */
const SCROLLING = new Set([
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  ' ',
  "'",
  '/',
]);
const FIELDS = new Set(['input', 'textarea', 'select']);
/** Inputs that are pressed, not filled in. */
const PRESSED = new Set(['button', 'submit', 'reset', 'image', 'checkbox', 'file', 'color']);
/** What is pressed by its key. */
const PRESSABLE = new Set(['button', 'a', 'summary', 'input']);
const PRESSING = new Set([' ', 'Enter']);

/** Whether the key goes into a form field, an editable text, or presses a button that has the focus. */
export function isTyped(event: KeyUse): boolean {
  if (event.isComposing) return true;
  // The innermost element: a field inside a custom element counts, too.
  const {
    localName = '',
    type = '',
    isContentEditable,
  } = (event.composedPath()[0] ?? {}) as Focused;
  if (isContentEditable || (FIELDS.has(localName) && !PRESSED.has(type))) return true;
  return PRESSABLE.has(localName) && PRESSING.has(event.key);
}

/** Whether the page would scroll by this key. Shortcuts are left to the browser. */
export function scrollsPage({ key, ctrlKey, altKey, metaKey }: KeyUse): boolean {
  return SCROLLING.has(key) && !ctrlKey && !altKey && !metaKey;
}
