/** Fields of Node-RED's own: parts of widgets that have an icon, and traps for password managers. */
const FOREIGN =
  '.red-ui-typedInput-type-select, .red-ui-typedInput-option-trigger, [id^="red-ui-trap-"]';
/** The least contrast of a text and its ground: WCAG 2.2 (1.4.3). */
const LEAST_CONTRAST = 4.5;

type Colour = readonly [red: number, green: number, blue: number, opacity: number];

/** The fields and buttons in sight inside an element that a screen reader cannot name, as HTML. */
export function namelessFields(selector: string): string[] {
  const fields = document.querySelectorAll<HTMLElement>(
    ['input', 'select', 'textarea', 'button', 'meter', '[role=img]']
      .map(each => `${selector} ${each}`)
      .join(', '),
  );
  if (fields.length === 0) throw new Error(`no field is in ${selector}`);
  return [...fields]
    .filter(field => field.checkVisibility() && !field.matches(FOREIGN) && nameOf(field) === '')
    .map(({ outerHTML }) => outerHTML.slice(0, 200));
}

/** The texts in sight inside an element that stand out too little from their ground. */
export function faintTexts(selector: string): string[] {
  const elements = document.querySelectorAll<HTMLElement>(`${selector} *`);
  if (elements.length === 0) throw new Error(`nothing is in ${selector}`);
  return [...elements].filter(hasText).flatMap(element => {
    const contrast = contrastOf(element);
    const text = element.textContent?.trim().slice(0, 40);
    return contrast < LEAST_CONTRAST ? [`${text}: ${contrast.toFixed(1)}`] : [];
  });
}

function nameOf(field: HTMLElement): string {
  const labels = (field as HTMLInputElement).labels ?? [];
  const own = field instanceof HTMLButtonElement ? field.textContent : '';
  const texts = [...labels].map(({ textContent }) => textContent);
  return [own, field.getAttribute('aria-label'), ...texts].join('').trim();
}

function hasText(element: HTMLElement): boolean {
  const isOwn = [...element.childNodes].some(
    node => node.nodeType === Node.TEXT_NODE && node.textContent?.trim(),
  );
  return isOwn && element.checkVisibility() && element.getClientRects().length > 0;
}

/** WCAG's contrast ratio, from 1 to 21. */
function contrastOf(element: HTMLElement): number {
  const ground = groundOf(element);
  const ink = over(colourOf(getComputedStyle(element).color), ground);
  const [dark = 0, light = 0] = [luminance(ink), luminance(ground)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** What is seen behind an element: its own and its parents' grounds, one over the other. */
function groundOf(element: HTMLElement | null): Colour {
  if (!element) return [255, 255, 255, 1];
  const own = colourOf(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, groundOf(element.parentElement));
}

function over([red, green, blue, opacity]: Colour, ground: Colour): Colour {
  const mix = (upper: number, lower: number) => upper * opacity + lower * (1 - opacity);
  return [mix(red, ground[0]), mix(green, ground[1]), mix(blue, ground[2]), 1];
}

/** A computed colour, `rgb(…)` or `rgba(…)`; others of CSS do not occur in the editor. */
function colourOf(text: string): Colour {
  const [red = 0, green = 0, blue = 0, opacity = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, opacity];
}

/** The relative luminance of sRGB, from 0 to 1. */
function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map(value => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
