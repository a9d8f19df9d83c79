/** The keys that tests press. */
export type Key = 'KeyW' | 'KeyA' | 'KeyS' | 'KeyD' | 'ArrowUp' | 'ArrowRight' | 'ShiftLeft';

/** A finger on the screen. */
export interface Finger {
  readonly id: number;
  /** In CSS pixels of the window. */
  readonly x: number;
  readonly y: number;
}

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
  /** Presses a key, by its place on the keyboard: `KeyW`, `ArrowUp`. */
  keyDown(code: Key): Promise<void>;
  keyUp(code: Key): Promise<void>;
  close(): Promise<void>;
}

/** A page whose browser takes touches, several at once. */
export interface TouchPage extends TestPage {
  /** Puts these fingers on the screen, moves those that are there, lifts those that are left out. */
  touch(fingers: readonly Finger[]): Promise<void>;
  /** The browser takes all fingers for something else. */
  cancelTouch(): Promise<void>;
}

/** A browser with such pages. */
export interface TouchBrowser extends TestBrowser {
  open(address: string): Promise<TouchPage>;
}
