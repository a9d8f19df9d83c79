/** The element of `playerHtml` that a selector finds: it is always there. */
export function partOf<Type extends HTMLElement>(root: ParentNode, selector: string): Type {
  return root.querySelector(selector) as Type;
}
