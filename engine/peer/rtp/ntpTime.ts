/** Seconds from 1900 to 1970. */
export const NTP_EPOCH_SECONDS = 2_208_988_800;

/** Wall-clock ms since 1970 as NTP time, 32.32 bits (RFC 3550 4). */
export function ntpTime(timestampMs: number): bigint {
  const seconds = Math.floor(timestampMs / 1000);
  const fraction = (timestampMs - seconds * 1000) / 1000;
  return (BigInt(seconds + NTP_EPOCH_SECONDS) << 32n) | BigInt(Math.floor(fraction * 2 ** 32));
}
