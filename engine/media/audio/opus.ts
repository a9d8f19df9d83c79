import type * as Opus from '@evan/opus';
import { EncoderError } from '../../model/errors/errors';

/** Opus always runs at this rate on RTP (RFC 7587, section 4.1), in Hz. */
export const OPUS_RATE = 48_000;
/** The sample rates that Opus can be decoded to, in Hz. */
export const OPUS_RATES: readonly number[] = [8000, 12_000, 16_000, 24_000, 48_000];
/** Duration of the packets that we make, in ms. */
export const PACKET_MS = 20;

/**
 * The Opus library: native code, or WebAssembly where there is none for this machine. It is loaded
 * when sound is coded for the first time: most flows have none.
 * @throws {EncoderError} when it cannot be loaded
 */
export function loadOpus(): typeof Opus {
  try {
    return require('@evan/opus') as typeof Opus;
  } catch (error) {
    throw new EncoderError('Opus', `it cannot be loaded (${error})`, { cause: error });
  }
}

/**
 * Keeps the library in memory for as long as the calling thread runs. To be called on the main thread
 * before a worker uses it: when the only thread that has loaded the native code ends, Node.js unmaps
 * it, and some of it still runs then: the whole process dies of SIGSEGV (measured with 1.0.3).
 */
export function keepOpusLoaded(): void {
  try {
    loadOpus();
  } catch {
    // Whoever needs it is told so there.
  }
}
