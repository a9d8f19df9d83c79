/** The texts and attributes inside an element that the editor takes from a catalog, by their keys. */
export function shownTexts(selector: string): { key: string; text: string }[] {
  const elements = [...document.querySelectorAll(`${selector} [data-i18n]`)];
  if (elements.length === 0) throw new Error(`no text is in ${selector}`);
  return elements.flatMap(element =>
    (element.getAttribute('data-i18n') ?? '').split(';').map(entry => {
      // [attribute]namespace:key
      const [, attribute, key = ''] = /^(?:\[(.*)\])?(?:.*:)?(.*)$/.exec(entry) ?? [];
      const text = attribute ? element.getAttribute(attribute) : element.textContent;
      return { key, text: text ?? '' };
    }),
  );
}
