/** Between the text of a list and its arrow, and the arrow itself, in CSS pixels. */
const ARROW = 20;

/**
 * What a dialog has no room for, each with its text: a label that breaks or comes too near to its
 * field, a text that stands out of the dialog, a placeholder or an entry of a list cut off.
 */
export function cutTexts(selector: string): string[] {
  const dialog = document.querySelector<HTMLElement>(selector);
  if (!dialog) throw new Error(`nothing is ${selector}`);
  const seen = <E extends HTMLElement>(within: string) =>
    [...dialog.querySelectorAll<E>(within)].filter(element => element.checkVisibility());
  const edge = dialog.getBoundingClientRect().right;
  return [
    ...seen('.form-row:not(.rtcbot-check) > label').filter(isCutLabel),
    ...seen('label, span, .form-tips, .form-tips *, h4').filter(
      element => textOf(element).right > edge + 1,
    ),
    ...seen<HTMLInputElement>('input[placeholder]').filter(
      field => field.value === '' && widthOf(field.placeholder, field) > roomIn(field),
    ),
    ...seen<HTMLSelectElement>('select').flatMap(list =>
      [...list.options].filter(
        option => isOurs(option) && widthOf(option.text, list) > roomIn(list) - ARROW,
      ),
    ),
  ].map(
    element =>
      `${element.id} ${element.textContent?.trim()} ${element.getAttribute('placeholder')}`,
  );
}

function isCutLabel(label: HTMLElement): boolean {
  const { right, height } = textOf(label);
  const lefts = [...(label.parentElement?.children ?? [])]
    .filter(field => field !== label && field.checkVisibility())
    .map(field => field.getBoundingClientRect().left);
  const line = Number.parseFloat(getComputedStyle(label).lineHeight);
  return right > Math.min(...lefts) - 2 || height > 1.5 * line;
}

/** Not the name of a device, which may be as long as it likes. */
function isOurs({ value, dataset }: HTMLOptionElement): boolean {
  return dataset.i18n !== undefined || value === ' ';
}

/** The box of what stands inside an element, also of what stands out of it. */
function textOf(element: HTMLElement): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(element);
  return range.getBoundingClientRect();
}

function roomIn(field: HTMLElement): number {
  const { paddingLeft, paddingRight } = getComputedStyle(field);
  return field.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
}

function widthOf(text: string, field: HTMLElement): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) throw new Error('the page has no canvas');
  context.font = getComputedStyle(field).font;
  return context.measureText(text).width;
}
