import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';

/**
 * A camera that sends JPEG over HTTP, 20 a second, for ever.
 * @param multipart a file as ffmpeg writes it with `-f mpjpeg`
 */
export function jpegCameraOf(multipart: string): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=ffmpeg' });
    const pictures = readFileSync(multipart).toString('latin1');
    const parts = pictures.match(/--ffmpeg\r\nContent.*?(?=--ffmpeg\r\n)/gs) ?? [];
    let next = 0;
    const timer = setInterval(() => {
      response.write(Buffer.from(parts[next++ % parts.length] ?? '', 'latin1'));
    }, 50);
    response.on('close', () => clearInterval(timer));
  };
}
