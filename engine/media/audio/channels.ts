const BYTES = 2;

/**
 * S16LE with another number of channels: mono goes to all, and all are mixed to mono. The other
 * way between more than two, the first ones are kept and those beyond are silent.
 */
export function withChannels(pcm: Buffer, from: number, to: number): Buffer {
  if (from === to) return pcm;
  const frames = Math.floor(pcm.length / (BYTES * from));
  const output = Buffer.alloc(frames * BYTES * to);
  for (let frame = 0; frame < frames; frame += 1) {
    for (let channel = 0; channel < to; channel += 1) {
      output.writeInt16LE(sampleOf(pcm, frame, channel, from, to), (frame * to + channel) * BYTES);
    }
  }
  return output;
}

function sampleOf(pcm: Buffer, frame: number, channel: number, from: number, to: number): number {
  const at = frame * from * BYTES;
  if (from === 1) return pcm.readInt16LE(at);
  if (to > 1) return channel < from ? pcm.readInt16LE(at + channel * BYTES) : 0;
  let sum = 0;
  for (let each = 0; each < from; each += 1) sum += pcm.readInt16LE(at + each * BYTES);
  return Math.round(sum / from);
}
