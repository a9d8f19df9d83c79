import { SettingError } from '../../engine/model/errors/errors';
import { type Authority, authorityOf, type Origin, originOf } from './authority';

/** One entry that names a server; what is absent may be anything. */
interface Entry {
  readonly scheme?: string;
  readonly name: string;
  /** Stands for all names below `name`. */
  readonly isWild: boolean;
  readonly port?: string;
}

/**
 * The origins that a user allows besides this server's own: `https://panel.example.com`, a name
 * alone (any scheme; any port unless one is given), `*.` before a name for all below it, `null` for
 * pages without an origin (files, sandboxed frames), `*` for every page.
 */
export class AllowList {
  readonly #entries: readonly Entry[];
  readonly #everything: boolean;
  readonly #nameless: boolean;
  readonly #texts: readonly string[];

  private constructor(texts: readonly string[], setting: string) {
    this.#texts = texts;
    this.#everything = texts.includes('*');
    this.#nameless = texts.includes('null');
    this.#entries = texts.filter(text => text !== '*' && text !== 'null').map(entryOf(setting));
  }

  /**
   * Reads what a person writes: entries with commas or blanks between them.
   * @param setting to name in the error
   * @throws SettingError that names the wrong entry
   */
  static parse(text: string | undefined, setting = 'origins'): AllowList {
    const texts = (text ?? '').split(/[\s,;]+/).filter(Boolean);
    return new AllowList(texts, setting);
  }

  /** Whether pages of this origin are allowed. @param text as the Origin header has it */
  allows(text: string): boolean {
    if (this.#everything) return true;
    const origin = originOf(text);
    if (!origin) return text === 'null' && this.#nameless;
    return this.#entries.some(entry => fits(entry, origin));
  }

  /** Whether this server may be asked for by this name. */
  knows(host: Authority): boolean {
    return this.#everything || this.#entries.some(entry => names(entry, host.name));
  }

  /** The entries as sources of a Content-Security-Policy, which knows no `null`. */
  get sources(): readonly string[] {
    return this.#texts.filter(text => text !== 'null').map(text => text.replace(/\/$/, ''));
  }
}

const entryOf =
  (setting: string) =>
  (text: string): Entry => {
    const [, scheme, wild, rest] =
      /^(?:([a-z][a-z\d+.-]*):\/\/)?(\*\.)?([^*/]+)\/?$/i.exec(text) ?? [];
    const named = scheme ? originOf(`${scheme}://${rest}`) : authorityOf(rest);
    if (!named) {
      throw new SettingError(
        setting,
        `${text} is no origin: write it as https://panel.example.com, or the name alone`,
      );
    }
    const isWild = wild !== undefined;
    if ('scheme' in named) return { ...(named as Origin), isWild };
    // Without a scheme no port is one's own, so that of http is as good as any other.
    const port = /:(\d+)$/.exec(rest ?? '')?.[1];
    return { name: named.name, isWild, ...(port === undefined ? {} : { port }) };
  };

function fits(entry: Entry, origin: Origin): boolean {
  if (!names(entry, origin.name)) return false;
  if (entry.scheme !== undefined) {
    return entry.scheme === origin.scheme && entry.port === origin.port;
  }
  return entry.port === undefined || entry.port === (origin.port || OWN_PORTS[origin.scheme]);
}

/** The ports that origins leave out. */
const OWN_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function names({ name, isWild }: Entry, other: string): boolean {
  return isWild ? other.endsWith(`.${name}`) : other === name;
}
