import type { AccessUnit } from '../../../model/AccessUnit';
import { rtpPayloads } from './rtpPayloads';

/** The RTP payloads of units, made once for all peers that get the same unit in the same form. */
export class Payloads {
  readonly #whole = new WeakMap<AccessUnit, readonly Buffer[]>();
  /** The same where a NAL unit has to fit into a packet. */
  readonly #single = new WeakMap<AccessUnit, readonly Buffer[]>();

  /** @param isSingleNal see `VideoForm` */
  of(unit: AccessUnit, isSingleNal = false): readonly Buffer[] {
    const made = isSingleNal ? this.#single : this.#whole;
    const known = made.get(unit);
    if (known) return known;
    const payloads = rtpPayloads(unit, isSingleNal);
    made.set(unit, payloads);
    return payloads;
  }
}
