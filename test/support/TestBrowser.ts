/** A real browser, driven from a test. The same for Chromium and Firefox. */
export interface TestBrowser {
  readonly name: 'Chromium' | 'Firefox';
  /** The browser's main process. */
  readonly pid: number;
  /** Opens a page in a window (or context) of its own and loads the address. */
  open(address: string): Promise<TestPage>;
  close(): Promise<void>;
  /** Ends every process of the browser at once (SIGKILL), as a crash or a lost laptop does. */
  kill(): Promise<void>;
}

/** One page. `window.inPage` of every page holds the tools of test/support/inPage. */
export interface TestPage {
  goto(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Evaluates a JavaScript expression in the page, awaits it and gives its value as JSON. */
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}
