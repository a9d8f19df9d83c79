import { WavError } from '../../model/errors/soundErrors';

/** A whole sound. */
export interface WavSound {
  /** S16LE, interleaved. */
  readonly data: Buffer;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** How its samples are stored. */
interface WavFormat {
  /** WAVE_FORMAT_PCM, or WAVE_FORMAT_IEEE_FLOAT. */
  readonly tag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
}

const PCM = 1;
const FLOAT = 3;
/** The real tag begins the GUID at the end of the format. */
const EXTENSIBLE = 0xfffe;
const EXTENSIBLE_TAG_OFFSET = 24;
const FORMAT_BYTES = 16;
/** Stands where the length is told elsewhere, or not at all. */
const UNKNOWN_LENGTH = 0xffffffff;

/** The last two are for more than 4 GB (EBU Tech 3306, ITU-R BS.2088): lengths are elsewhere. */
const KINDS = ['RIFF', 'RF64', 'BW64'];
/** In the chunk `ds64`. */
const DATA_LENGTH_OFFSET = 8;

/** Whether this looks like a WAV file: `RIFF`, a length, `WAVE`. */
export function isWav(file: Buffer): boolean {
  const isKind = KINDS.includes(file.toString('latin1', 0, 4));
  return isKind && file.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * Reads a whole WAV file, the first of its sounds. A file whose end is missing gives what is there;
 * one written to a pipe, which has no lengths, gives all.
 * @throws {WavError} when it is no WAV file, or of a kind that is not read
 */
export function parseWav(file: Buffer): WavSound {
  if (!isWav(file)) throw new WavError('it does not begin as a WAV file does');
  let format: WavFormat | undefined;
  let longLength: number | undefined;
  // A chunk: 4 bytes name, 4 bytes length, content, a byte of padding after an odd length.
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const content = file.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ') format = parseFormat(content);
    if (name === 'ds64' && content.length >= DATA_LENGTH_OFFSET + 8) {
      longLength = Number(content.readBigUInt64LE(DATA_LENGTH_OFFSET));
    }
    if (name === 'data') {
      if (!format) throw new WavError('its format does not stand before its samples');
      const samples = length === UNKNOWN_LENGTH ? content.subarray(0, longLength) : content;
      return { data: toS16(samples, format), ...soundOf(format) };
    }
    at += 8 + length + (length % 2);
  }
  throw new WavError('it holds no samples');
}

function parseFormat(content: Buffer): WavFormat {
  if (content.length < FORMAT_BYTES) throw new WavError('its format is cut off');
  const tag = content.readUInt16LE(0);
  const hasGuid = tag === EXTENSIBLE && content.length >= EXTENSIBLE_TAG_OFFSET + 2;
  const format = {
    tag: hasGuid ? content.readUInt16LE(EXTENSIBLE_TAG_OFFSET) : tag,
    channels: content.readUInt16LE(2),
    sampleRate: content.readUInt32LE(4),
    bits: content.readUInt16LE(14),
  };
  if (format.channels === 0 || format.sampleRate === 0) {
    throw new WavError(`${format.channels} channels at ${format.sampleRate} Hz`);
  }
  return format;
}

function soundOf({ channels, sampleRate }: WavFormat): Omit<WavSound, 'data'> {
  return { channels, sampleRate };
}

function toS16(content: Buffer, format: WavFormat): Buffer {
  const bytes = format.bits / 8;
  const read = readerOf(format);
  // A sound of two channels must not end with one of them.
  const frames = Math.floor(content.length / (bytes * format.channels));
  const samples = frames * format.channels;
  const output = Buffer.allocUnsafe(samples * 2);
  for (let i = 0; i < samples; i += 1) output.writeInt16LE(read(content, i * bytes), i * 2);
  return output;
}

/** Gives the sample at an offset as a number of 16 bits. */
function readerOf({ tag, bits }: WavFormat): (content: Buffer, at: number) => number {
  const kind = `${tag}/${bits}`;
  switch (kind) {
    case `${PCM}/8`:
      // Only 8-bit samples have no sign.
      return (content, at) => (content.readUInt8(at) - 128) << 8;
    case `${PCM}/16`:
      return (content, at) => content.readInt16LE(at);
    case `${PCM}/24`:
      return (content, at) => content.readInt16LE(at + 1);
    case `${PCM}/32`:
      return (content, at) => content.readInt16LE(at + 2);
    case `${FLOAT}/32`:
      return (content, at) => fromFloat(content.readFloatLE(at));
    default:
      throw new WavError(`format ${tag} with ${bits} bit`);
  }
}

function fromFloat(value: number): number {
  const sample = Math.round(value * 32768);
  // What is not a number is written as silence.
  return Math.max(-32768, Math.min(32767, sample)) || 0;
}
