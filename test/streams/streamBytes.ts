import { spawnSync } from 'node:child_process';
import { programPath } from '../support/programPath';
import { record } from '../support/recordings';

/** What the system's ffmpeg writes to its standard output. @throws Error with its last words */
export function ffmpegBytes(args: readonly string[], input?: Buffer): Buffer {
  return record(programPath('ffmpeg'), args, input);
}

/**
 * What a GStreamer pipeline gives, in one piece.
 * @param pipeline elements as gst-launch-1.0 takes them, without a sink; it has to end by itself (`num-buffers`)
 * @throws Error with its last words
 */
export function gstreamerBytes(pipeline: string): Buffer {
  const words = pipeline.split(/\s+/).filter(word => word !== '');
  const run = spawnSync('gst-launch-1.0', ['-q', ...words, '!', 'fdsink', 'fd=1'], {
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`${pipeline}: ${run.stderr ?? run.error}`);
  return run.stdout;
}
