import { partOf } from './partOf';

/**
 * The form in which the user of a player types the token that an endpoint asks for. What was typed
 * is kept for the tab, so that a reload does not ask again.
 */
export class TokenForm {
  readonly #form: HTMLFormElement;
  readonly #input: HTMLInputElement;
  #typed: string | undefined;

  /**
   * @param root holds the elements of `playerHtml`
   * @param onToken a token was typed: to be tried at once
   */
  constructor(root: ParentNode, onToken: () => void) {
    this.#form = partOf(root, '.entry');
    this.#input = partOf(root, '[name=token]');
    this.#form.onsubmit = event => {
      event.preventDefault();
      this.#typed = this.#input.value;
      onToken();
    };
  }

  /** Shows the form, empty, or hides it. One who types is not disturbed. */
  set shown(shown: boolean) {
    if (this.#form.hidden === !shown) return;
    this.#form.hidden = !shown;
    this.#input.value = '';
    // After a wrong one; not at first, for the page around may be used otherwise.
    if (shown && this.#typed !== undefined) this.#input.focus();
  }

  /** The page has given another token or address: that counts from now on. */
  forget(): void {
    this.#typed = undefined;
  }

  /**
   * The token to use.
   * @param src address of the endpoint
   * @param given what the page has from elsewhere; what was typed since counts more
   */
  tokenFor(src: string, given: string | undefined): string | undefined {
    return this.#typed ?? given ?? storedToken(src);
  }

  /** The endpoint took the token. */
  keep(src: string): void {
    if (this.#typed === undefined) return;
    try {
      sessionStorage.setItem(keyOf(src), this.#typed);
    } catch {
      // The page may keep nothing: then a reload asks again.
    }
  }
}

function storedToken(src: string): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(src)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Of one endpoint: pages of one server may have several. */
function keyOf(src: string): string {
  return `rtcbot-token ${new URL(src, document.baseURI)}`;
}
