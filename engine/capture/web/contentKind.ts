/** What an address gives: JPEG pictures, or something for ffmpeg. */
export type ContentKind = 'pictures' | 'page' | StreamKind;

/** What ffmpeg is told of an address: playlists and films are read at the pace of their pictures. */
export type StreamKind = 'hls' | 'dash' | 'film' | 'stream';

/** What is known of an answer when its first bytes are here. */
export interface Content {
  /** `Content-Type`, empty if there is none. */
  readonly type: string;
  /** Whether the server says how long it is. */
  readonly hasLength: boolean;
  readonly head: Buffer;
}

/** So many bytes are enough to know. */
export const HEAD_BYTES = 512;

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
/** A transport stream is made of packets of so many bytes, each with this byte in front. */
const PACKET_BYTES = 188;
const SYNC = 0x47;
const MATROSKA = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);

/** What is behind an answer. Bytes count more than what servers call them. */
export function contentKind({ type, hasLength, head }: Content): ContentKind {
  const text = head.toString('latin1').replace(/^(\xef\xbb\xbf)?\s+/, '');
  if (head.subarray(0, JPEG.length).equals(JPEG)) return 'pictures';
  if (text.startsWith('#EXTM3U') || /mpegurl/i.test(type)) return 'hls';
  if (/<MPD[\s>]/.test(text) || /dash\+xml/i.test(type)) return 'dash';
  if (/^(multipart\/|image\/jpe?g)/i.test(type)) return 'pictures';
  // Parts without a word in the answer's header that they are.
  if (/^(--[^\r\n]+\r?\n)?content-(type|length):/i.test(text)) return 'pictures';
  if (/text\/html/i.test(type) || /^<(!doctype )?html/i.test(text)) return 'page';
  return hasLength && isRecording(head) ? 'film' : 'stream';
}

/** The containers of films: MP4 and its kin, Matroska, AVI, FLV, and stored transport streams. */
function isRecording(head: Buffer): boolean {
  const isTransport = head[0] === SYNC && head[PACKET_BYTES] === SYNC;
  const name = head.toString('latin1', 0, 8);
  return isTransport || head.subarray(0, 4).equals(MATROSKA) || /^(....ftyp|RIFF|FLV)/s.test(name);
}
