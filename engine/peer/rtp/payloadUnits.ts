/** What the payload of an RTP packet of H.264 is besides a NAL unit: the types of RFC 6184 5.2. */

/** Several NAL units in one packet (5.7.1). */
export const STAP_A = 24;
/** A part of a NAL unit (5.8). */
export const FU_A = 28;
