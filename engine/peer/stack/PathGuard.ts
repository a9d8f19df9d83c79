import { CandidatePairState, type RTCIceTransport } from 'werift';
import { kindOf, newCredentials, verifiedCheck } from './connectivityCheck';

/** Host and port. */
export type Address = readonly [host: string, port: number];

/** So many addresses of one peer are known at the same time; the oldest is forgotten for a new one. */
const MOST_ADDRESSES = 32;
/** So many transaction ids of a candidate pair are remembered; they only serve to count repetitions. */
const MOST_TRANSACTIONS = 64;

/** A pair of candidates, as far as it is looked at. */
interface Pair {
  readonly remoteAddr: Address;
  readonly remoteCandidate: Candidate;
  readonly state: CandidatePairState;
  readonly requestTransactionIds: Set<string>;
}

interface Candidate {
  readonly host: string;
  readonly port: number;
  readonly type: string;
}

/** A socket of the stack with what it takes from it. */
export interface GuardedProtocol {
  datagramReceived(data: Buffer, from: Address): void;
}

/** The stack's private parts that are mended here (pinned version, `~0.24.4`). */
interface Ice {
  localUsername: string;
  localPassword: string;
  userHistory: Record<string, string>;
  checkList: Pair[];
  readonly nominated?: Pair;
  _remoteCandidates: Candidate[];
  readonly earlyChecks: unknown[];
  ensureProtocol(protocol: GuardedProtocol): void;
  restart(): Promise<void>;
}

/**
 * Stands between the sockets of one ICE transport and the stack, which takes every connectivity
 * check for true, and every packet whoever it is from:
 * - a check counts only when its signature proves that it comes from our peer (RFC 8445 7.3): else
 *   it is no sign of life, moves no path and is not answered;
 * - anything else counts only from an address that such a check has named, or that has answered a
 *   check of ours;
 * - what is learnt from checks is bounded;
 * - our credentials are as long as RFC 8445 5.3 asks for: those of the stack have 16 and 88 bits.
 */
export class PathGuard {
  readonly #ice: Ice;
  readonly #indicated: () => void;
  /** Addresses that verified checks have named, the one that was heard of last at the end. */
  readonly #named = new Map<string, Address>();
  /** Where the last packet was from that was let in: most come from there again. */
  #last: Address = ['', 0];

  /**
   * To be made before the transport gathers candidates.
   * @param indicated called on each keep-alive from an address that a check has named (RFC 8445 11)
   */
  constructor(transport: RTCIceTransport, indicated: () => void = () => {}) {
    const ice = transport.connection as unknown as Ice;
    this.#ice = ice;
    this.#indicated = indicated;
    this.#renew();
    const restart = ice.restart.bind(ice);
    ice.restart = () => {
      const restarted = restart();
      this.#renew();
      return restarted;
    };
    const ensureProtocol = ice.ensureProtocol.bind(ice);
    ice.ensureProtocol = protocol => {
      ensureProtocol(protocol);
      const receive = protocol.datagramReceived.bind(protocol);
      protocol.datagramReceived = (data, from) => this.#receive(data, from, receive);
    };
  }

  #renew(): void {
    const { fragment, password } = newCredentials();
    Object.assign(this.#ice, {
      localUsername: fragment,
      localPassword: password,
      userHistory: { [fragment]: password },
    });
  }

  #receive(data: Buffer, from: Address, pass: GuardedProtocol['datagramReceived']): void {
    switch (kindOf(data)) {
      case 'check':
        this.#check(data, from, pass);
        break;
      case 'other stun':
        // The stack takes an answer only with the signature and from the address that it asked.
        pass(data, from);
        break;
      case 'dtls':
      case 'media':
        if (this.#isNamed(from)) pass(data, from);
        break;
      case 'indication':
        if (this.#isNamed(from)) this.#indicated();
        break;
      case 'unknown':
        break;
    }
  }

  #check(data: Buffer, from: Address, pass: GuardedProtocol['datagramReceived']): void {
    const { localUsername: fragment, localPassword: password, earlyChecks } = this.#ice;
    const check = verifiedCheck(data, { fragment, password });
    if (!check || earlyChecks.length >= MOST_ADDRESSES) return;
    this.#name(from);
    pass(check, from);
    for (const { remoteAddr, requestTransactionIds: known } of this.#ice.checkList) {
      if (isSame(remoteAddr, from) && known.size > MOST_TRANSACTIONS) known.clear();
    }
  }

  #name(address: Address): void {
    const key = address.join(' ');
    // Put last, as the one that was heard of last.
    this.#named.delete(key);
    this.#named.set(key, address);
    if (this.#named.size <= MOST_ADDRESSES) return;
    for (const [oldest, each] of this.#named) {
      if (this.#isNominated(each)) continue;
      this.#named.delete(oldest);
      this.#forget(each);
      return;
    }
  }

  /** Takes what was learnt of an address from the stack. What the description names stays. */
  #forget(address: Address): void {
    const ice = this.#ice;
    const isLearnt = ({ type, host, port }: Candidate) =>
      type === 'prflx' && isSame([host, port], address);
    ice._remoteCandidates = ice._remoteCandidates.filter(each => !isLearnt(each));
    ice.checkList = ice.checkList.filter(({ remoteCandidate }) => !isLearnt(remoteCandidate));
    this.#last = ['', 0];
  }

  #isNominated(address: Address): boolean {
    const { nominated } = this.#ice;
    return nominated !== undefined && isSame(nominated.remoteAddr, address);
  }

  #isNamed(from: Address): boolean {
    if (isSame(from, this.#last)) return true;
    const isNamed = this.#named.has(from.join(' ')) || this.#hasAnswered(from);
    if (isNamed) this.#last = from;
    return isNamed;
  }

  /** A check of ours has succeeded there. */
  #hasAnswered(from: Address): boolean {
    return this.#ice.checkList.some(
      ({ state, remoteAddr }) => state === CandidatePairState.SUCCEEDED && isSame(remoteAddr, from),
    );
  }
}

function isSame([host, port]: Address, [otherHost, otherPort]: Address): boolean {
  return port === otherPort && host === otherHost;
}
