import { createHash, randomBytes } from 'node:crypto';

/** A user name and password. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/** What a request is for, as a digest covers it. */
export interface LoginRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
}

/** Hash functions by their names in a challenge (RFC 7616, 3.3). */
const HASHES: Readonly<Record<string, string>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};
const PARAMETER = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

type Parameters = ReadonlyMap<string, string>;

/** Logs in over HTTP as the server asks: Digest (RFC 7616, RFC 2617, RFC 2069) or Basic (RFC 7617). */
export class HttpLogin {
  readonly #login: Login;
  #scheme: 'basic' | Parameters | undefined;
  #count = 0;

  constructor(login: Login) {
    this.#login = login;
  }

  /**
   * Takes what a refusal asks for.
   * @param challenges values of `WWW-Authenticate`
   * @returns whether it is worth to ask again
   */
  challenge(challenges: readonly string[]): boolean {
    const before = this.#scheme;
    const digest = challenges.flatMap(digestsIn).find(isKnown);
    const isBasic = challenges.some(text => /(^|,)\s*basic\b/i.test(text));
    this.#scheme = digest ?? (isBasic ? 'basic' : undefined);
    this.#count = 0;
    if (!this.#scheme) return false;
    // What was refused once is refused again, but a nonce may be used up.
    return before === undefined || digest?.get('stale')?.toLowerCase() === 'true';
  }

  /** The value of `Authorization`; undefined while nothing was asked for. */
  header(request: LoginRequest): string | undefined {
    if (this.#scheme === undefined) return undefined;
    if (this.#scheme !== 'basic') return this.#digest(request, this.#scheme);
    const { user, password } = this.#login;
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  #digest({ method, target }: LoginRequest, challenge: Parameters): string {
    const { user, password } = this.#login;
    const realm = challenge.get('realm') ?? '';
    const nonce = challenge.get('nonce') ?? '';
    const algorithm = challenge.get('algorithm');
    const hash = hashOf(algorithm);
    const hasQop = challenge.has('qop');
    const cnonce = randomBytes(8).toString('hex');
    this.#count += 1;
    const count = this.#count.toString(16).padStart(8, '0');
    const plain = hash(`${user}:${realm}:${password}`);
    const secret = /-sess$/i.test(algorithm ?? '') ? hash(`${plain}:${nonce}:${cnonce}`) : plain;
    const subject = hash(`${method}:${target}`);
    const middle = hasQop ? `${nonce}:${count}:${cnonce}:auth` : nonce;
    const parts = [
      ...[`username="${quoted(user)}"`, `realm="${realm}"`, `nonce="${nonce}"`],
      ...[`uri="${target}"`, `response="${hash(`${secret}:${middle}:${subject}`)}"`],
      ...(algorithm ? [`algorithm=${algorithm}`] : []),
      ...(challenge.has('opaque') ? [`opaque="${challenge.get('opaque')}"`] : []),
      ...(hasQop ? ['qop=auth', `nc=${count}`, `cnonce="${cnonce}"`] : []),
    ];
    return `Digest ${parts.join(', ')}`;
  }
}

/** The parameters of each Digest challenge in one value, which may hold several challenges. */
function digestsIn(text: string): Parameters[] {
  return text
    .split(/(?:^|,)\s*(?=(?:basic|digest|ntlm|negotiate|bearer)\b(?!\s*=))/i)
    .filter(challenge => /^\s*digest\b/i.test(challenge))
    .map(challenge => {
      const found = challenge.matchAll(PARAMETER);
      return new Map(
        Array.from(found, ([, name = '', long, short]) => [
          name.toLowerCase(),
          long ?? short ?? '',
        ]),
      );
    });
}

function isKnown(challenge: Parameters): boolean {
  const qop = challenge.get('qop');
  const isQopKnown = qop === undefined || /(^|,)\s*auth\s*(,|$)/i.test(qop);
  return isQopKnown && hashName(challenge.get('algorithm')) !== undefined;
}

function hashName(algorithm = 'md5'): string | undefined {
  return HASHES[algorithm.toLowerCase().replace(/-sess$/, '')];
}

function hashOf(algorithm: string | undefined): (text: string) => string {
  return text =>
    createHash(hashName(algorithm) ?? 'md5')
      .update(text)
      .digest('hex');
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
