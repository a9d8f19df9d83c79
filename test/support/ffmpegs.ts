import type { NodeRed } from './NodeRed';
import type { ProcessInfo } from './processes';

/** What an ffmpeg of the package is there for. */
export type FfmpegRole = 'H264 encoder' | 'VP8 encoder' | 'other';

/** The ffmpeg processes below a Node-RED, by what they do. An encoder and its idle spare both count. */
export function ffmpegs(nodeRed: NodeRed): Record<FfmpegRole, ProcessInfo[]> {
  const all = nodeRed.descendants.filter(({ name }) => name.startsWith('ffmpeg'));
  const ofRole = (role: FfmpegRole) => all.filter(each => roleOf(each) === role);
  return {
    'H264 encoder': ofRole('H264 encoder'),
    'VP8 encoder': ofRole('VP8 encoder'),
    other: ofRole('other'),
  };
}

function roleOf({ command }: ProcessInfo): FfmpegRole {
  const line = command.join(' ');
  if (/libx264|-c:v h264_/.test(line)) return 'H264 encoder';
  if (line.includes('libvpx')) return 'VP8 encoder';
  return 'other';
}
