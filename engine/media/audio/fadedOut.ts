/** A copy of S16LE samples that becomes silent from its begin to its end. */
export function fadedOut(pcm: Buffer, channels: number): Buffer {
  const output = Buffer.alloc(pcm.length);
  const samples = Math.floor(pcm.length / 2);
  for (let i = 0; i < samples; i += 1) {
    // All channels of one moment get the same gain.
    const gain = 1 - (i - (i % channels)) / samples;
    output.writeInt16LE(Math.round(pcm.readInt16LE(i * 2) * gain), i * 2);
  }
  return output;
}
