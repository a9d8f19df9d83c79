// IVF, little-endian. File: "DKIF", version u16, header length u16, fourcc, width u16, height u16,
// rate u32, scale u32, frames u32, reserved u32. Frame: length u32, presentation time u64.
const FILE_BYTES = 32;
const FRAME_BYTES = 12;

/** What an IVF stream is said to hold. */
export interface IvfForm {
  readonly fourcc: 'VP80' | 'MJPG';
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** What times count: so many make a second. */
  readonly frameRate: number;
}

/** What comes first. */
export function ivfFileHeader({ fourcc, width, height, frameRate }: IvfForm): Buffer {
  const header = Buffer.alloc(FILE_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(FILE_BYTES, 6);
  header.write(fourcc, 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(frameRate, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

/** What comes before each frame. */
export function ivfFrameHeader(bytes: number, time: number): Buffer {
  const header = Buffer.alloc(FRAME_BYTES);
  header.writeUInt32LE(bytes, 0);
  header.writeBigUInt64LE(BigInt(time), 4);
  return header;
}
