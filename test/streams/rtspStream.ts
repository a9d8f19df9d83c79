import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServedStream } from './ServedStream';

// Debian's own: another Python does not find Debian's modules.
const PYTHON = '/usr/bin/python3';

/**
 * Serves a GStreamer pipeline over RTSP. It begins with the first viewer; later ones share it.
 * @param pipeline elements up to a payloader named `pay0`, without brackets
 * @throws Error when the server is not installed or does not start
 */
export async function rtspStream(pipeline: string): Promise<ServedStream> {
  const script = join(__dirname, 'rtspStream.py');
  const server = spawn(PYTHON, [script, '0', `( ${pipeline} )`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const [port] = await Promise.race([
    once(createInterface({ input: server.stdout }), 'line'),
    ended.then(([code]) => {
      throw new Error(`the RTSP server ended with ${code}`);
    }),
  ]);
  return {
    url: `rtsp://127.0.0.1:${port}/camera`,
    close: async () => {
      server.kill('SIGKILL');
      await ended;
    },
  };
}
