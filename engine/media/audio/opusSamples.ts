// Table of contents byte (RFC 6716 3.1): | config 5 bits | stereo | frame count code 2 bits |
const SILK_CONFIGS = 12;
const HYBRID_CONFIGS = 16;
/** In samples at 48 kHz, by the low bits of config: SILK 10, 20, 40, 60 ms; hybrid 10, 20; CELT 2.5, 5, 10, 20. */
const SILK_SAMPLES = [480, 960, 1920, 2880];
const HYBRID_SAMPLES = [480, 960];
const CELT_SAMPLES = [120, 240, 480, 960];
/** A packet holds at most 120 ms (3.2.5). */
const MOST_SAMPLES = 5760;

/** Samples of each channel at 48 kHz in an Opus packet; undefined if it is none. */
export function opusSamples(packet: Buffer): number | undefined {
  const [toc, count = 0] = packet;
  if (toc === undefined) return undefined;
  const frames = frameCount(toc & 3, count);
  const samples = frames * frameSamples(toc >> 3);
  return samples > 0 && samples <= MOST_SAMPLES ? samples : undefined;
}

function frameSamples(config: number): number {
  if (config < SILK_CONFIGS) return SILK_SAMPLES[config & 3] ?? 0;
  if (config < HYBRID_CONFIGS) return HYBRID_SAMPLES[config & 1] ?? 0;
  return CELT_SAMPLES[config & 3] ?? 0;
}

/** One frame, two, or as many as the lower six bits of the second byte say (3.2). */
function frameCount(code: number, count: number): number {
  if (code === 0) return 1;
  return code === 3 ? count & 0x3f : 2;
}
