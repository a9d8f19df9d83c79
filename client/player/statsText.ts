import type { PlaybackStats } from '../media/LatencyMeter';

/** The figures in one line: `24 ms · 30 fps · 640×480 · 1.2 Mbit/s · H264`. What is unknown is left out. */
export function statsText({
  latency,
  fps,
  width,
  height,
  codec,
  bitrateBps,
}: PlaybackStats): string {
  const estimate = latency?.method === 'estimated' ? 'about ' : '';
  return [
    latency && `${estimate}${Math.round(latency.p50Ms)} ms`,
    fps !== undefined && `${Math.round(fps)} fps`,
    width && height && `${width}×${height}`,
    bitrateBps !== undefined && bitrateText(bitrateBps),
    codec,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What the figure of the latency means, in words. */
export function latencyText({ latency }: PlaybackStats): string {
  if (!latency) return '';
  if (latency.method === 'estimated') return 'Latency of network and decoder, estimated';
  const p95 = Math.round(latency.p95Ms);
  return `Latency from camera to screen: half of the pictures are faster; 95 of 100 within ${p95} ms`;
}

function bitrateText(bps: number): string {
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`;
}
