/** What a person works with in a dialog, but traps of Node-RED for password managers. */
const FIELDS = 'input:not([id^="red-ui-trap-"]), select, textarea, button, a[href]';

/** The fields, buttons and links in sight inside an element, in order: each by its id or class. */
export function tabStops(selector: string): string[] {
  const fields = document.querySelectorAll<HTMLElement>(`${selector} :is(${FIELDS})`);
  return [...fields]
    .filter(field => field.checkVisibility() && !field.matches(':disabled, .disabled'))
    .map(nameOf);
}

/** The same of what has the focus; ends in "(unseen)" if it does not look so. */
export function focused(): string {
  const field = document.activeElement as HTMLElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(field);
  const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
  return `${nameOf(field)}${isSeen ? '' : ' (unseen)'}`;
}

function nameOf({ id, className }: HTMLElement): string {
  return id || className;
}
