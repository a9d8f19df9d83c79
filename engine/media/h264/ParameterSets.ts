import { BitReader } from './BitReader';
import { joinNals, NAL, nalType, nalUnits } from './h264';

/** Bytes of an SPS before its id: the NAL header, profile, constraints, level (H.264, 7.3.2.1.1). */
const SPS_ID_AT = 4;
/** Bytes of a PPS, or of a slice, before its first field. */
const FIRST_FIELD_AT = 1;
/** Ids go from 0 to 31 and from 0 to 255 (7.4.2.1.1, 7.4.2.2): what is beyond is damaged. */
const MOST_ID = { [NAL.sps]: 31, [NAL.pps]: 255 } as const;

/** The newest parameter sets of an H.264 stream: several of a kind live side by side, told apart by their ids. */
export class ParameterSets {
  readonly #sps = new Map<number, Buffer>();
  readonly #pps = new Map<number, Buffer>();

  /** There are an SPS and a PPS: pictures can be decoded. */
  get isComplete(): boolean {
    return this.#sps.size > 0 && this.#pps.size > 0;
  }

  /** All of them, the SPS first. */
  get all(): readonly Buffer[] {
    return [...this.#sps.values(), ...this.#pps.values()];
  }

  /** Keeps a NAL unit if it is a parameter set. True if it says something new. */
  take(nal: Buffer): boolean {
    const type = nalType(nal);
    if (type !== NAL.sps && type !== NAL.pps) return false;
    const sets = type === NAL.sps ? this.#sps : this.#pps;
    const id = parameterSetId(nal);
    if (id > MOST_ID[type] || sets.get(id)?.equals(nal)) return false;
    // Copied: a view would hold the whole picture in memory for as long as the sets are in use.
    sets.set(id, Buffer.from(nal));
    return true;
  }

  /** The SPS that a slice refers to by way of its PPS; of a damaged slice any. */
  spsOf(slice: Buffer): Buffer | undefined {
    const [any] = this.#sps.values();
    const pps = this.#pps.get(slicePpsId(slice));
    return (pps && this.#sps.get(spsIdOf(pps))) ?? any;
  }
}

/** The id of an SPS or PPS; 0 for one that is cut off. */
export function parameterSetId(nal: Buffer): number {
  return field(nal, nalType(nal) === NAL.sps ? SPS_ID_AT : FIRST_FIELD_AT, 0);
}

/** The id of the SPS that a PPS refers to. */
function spsIdOf(pps: Buffer): number {
  return field(pps, FIRST_FIELD_AT, 1);
}

/** Behind first_mb_in_slice and slice_type (7.3.3). */
function slicePpsId(slice: Buffer): number {
  return field(slice, FIRST_FIELD_AT, 2);
}

/** The Exp-Golomb code that stands behind so many others; 0 where the NAL unit is cut off. */
function field(nal: Buffer, start: number, before: number): number {
  const reader = new BitReader(nal, start);
  try {
    for (let skipped = 0; skipped < before; skipped += 1) reader.unsigned();
    return reader.unsigned();
  } catch {
    return 0; // A damaged one is told by who decodes it.
  }
}

/**
 * An access unit as we pass them on: without access unit delimiters, and if it holds an IDR
 * picture, all parameter sets first (RFC 6184 8.4): its own, and of the given ones those that it
 * does not bring itself. Returns the same Buffer when nothing has to change.
 */
export function withParameterSets(data: Buffer, sets: readonly Buffer[]): Buffer {
  const nals = [...nalUnits(data)];
  const rest = nals.filter(nal => !isPrefix(nal));
  const isKey = rest.some(nal => nalType(nal) === NAL.idr);
  const wanted = isKey
    ? [...newestSets([...sets, ...nals]), ...rest]
    : nals.filter(nal => nalType(nal) !== NAL.delimiter);
  const isAsItIs = nals.length === wanted.length && nals.every((nal, at) => nal === wanted[at]);
  return isAsItIs ? data : joinNals(wanted);
}

/** Of these NAL units the parameter sets, the last of each kind and id, the SPS first. */
export function newestSets(nals: readonly Buffer[]): Buffer[] {
  const newest = new Map<string, Buffer>();
  for (const nal of nals) {
    const type = nalType(nal);
    if (type === NAL.sps || type === NAL.pps) newest.set(`${type} ${parameterSetId(nal)}`, nal);
  }
  const ofType = (type: number) => [...newest.values()].filter(nal => nalType(nal) === type);
  return [...ofType(NAL.sps), ...ofType(NAL.pps)];
}

/** Parameter sets and delimiters: what is put in front of a picture, or taken out. */
function isPrefix(nal: Buffer): boolean {
  const type = nalType(nal);
  return type === NAL.sps || type === NAL.pps || type === NAL.delimiter;
}
