/** What a session does at the moments of its page. */
export interface PageMomentsListener {
  /** A good moment to try again: the network came back, or somebody looks at the page again. */
  retry(): void;
  /** The page is being left. */
  leave(): void;
  /** The page that was left is shown again, out of the browser's back/forward cache. */
  comeBack(): void;
}

/** Watches for the moments in a page's life that matter to its connection. */
export class PageMoments {
  readonly #abort = new AbortController();

  constructor({ retry, leave, comeBack }: PageMomentsListener) {
    const { signal } = this.#abort;
    addEventListener('online', retry, { signal });
    document.addEventListener('visibilitychange', () => !document.hidden && retry(), { signal });
    addEventListener('pagehide', leave, { signal });
    addEventListener('pageshow', ({ persisted }) => persisted && comeBack(), { signal });
  }

  /** Stops to watch. */
  close(): void {
    this.#abort.abort();
  }
}
