import type { RequestListener, ServerResponse } from 'node:http';
import { ffmpegBytes } from './streamBytes';

/** Some JPEG files of a moving picture, 320x240. */
export function jpegPictures(count: number): Buffer[] {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25', '-frames:v', String(count)];
  const stream = ffmpegBytes([...picture, '-q:v', '8', '-c:v', 'mjpeg', '-f', 'mjpeg', 'pipe:1']);
  const ends: number[] = [];
  const end = Buffer.from([0xff, 0xd9]);
  for (let at = stream.indexOf(end); at >= 0; at = stream.indexOf(end, at + 2)) ends.push(at + 2);
  return ends.map((to, index) => stream.subarray(ends[index - 1] ?? 0, to));
}

/** How a camera marks the parts of its multipart answer. */
export interface PartMarks {
  /** The answer's header fields, by their lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the first part begins with a boundary, as the ones behind it do. */
  readonly hasFirstBoundary: boolean;
  /** What comes between the boundary and the picture, without the empty line. */
  partHeader(bytes: number): string;
  /** What ends a line. */
  readonly newline: string;
  /** The boundary as it stands in the body. */
  readonly boundary: string;
}

const USUAL: PartMarks = {
  headers: { 'content-type': 'multipart/x-mixed-replace; boundary=frame' },
  hasFirstBoundary: true,
  partHeader: bytes => `Content-Type: image/jpeg\r\nContent-Length: ${bytes}`,
  newline: '\r\n',
  boundary: '--frame',
};

/** Multipart answers as they are met with, all of which browsers show. */
export const ODD_MULTIPARTS: Readonly<Record<string, PartMarks>> = {
  'as the standard has it': USUAL,
  'without a first boundary': { ...USUAL, hasFirstBoundary: false },
  'with parts of image/jpg': { ...USUAL, partHeader: () => 'Content-Type: image/jpg' },
  'with parts of no type': { ...USUAL, partHeader: bytes => `Content-Length: ${bytes}` },
  'with parts without any header': { ...USUAL, partHeader: () => '' },
  'with wrong lengths': {
    ...USUAL,
    partHeader: () => 'Content-Type: image/jpeg\r\nContent-Length: 1',
  },
  'with another boundary than it names': { ...USUAL, boundary: '----frame' },
  'with bare line feeds': { ...USUAL, newline: '\n' },
  'without a type of its own': { ...USUAL, headers: {} },
};

/** A camera that sends JPEG pictures in one answer, on and on, 25 a second. */
export function multipartCamera(pictures: readonly Buffer[], marks: PartMarks): RequestListener {
  return (_request, response) => {
    response.writeHead(200, marks.headers);
    let count = 0;
    const send = () => {
      const jpeg = pictures[count % pictures.length] ?? Buffer.alloc(0);
      const isBare = count === 0 && !marks.hasFirstBoundary;
      const header = marks.partHeader(jpeg.length).replaceAll('\r\n', marks.newline);
      const lines = [...(isBare ? [] : [marks.boundary]), ...(header ? [header] : []), '', ''];
      response.write(
        Buffer.concat([Buffer.from(lines.join(marks.newline)), jpeg, Buffer.from(marks.newline)]),
      );
      count += 1;
    };
    send();
    const timer = setInterval(send, 40);
    response.once('close', () => clearInterval(timer));
  };
}

/** Answers one picture to each request, as the snapshot address of most cameras does. */
export function sendPicture(response: ServerResponse, jpeg: Buffer, type = 'image/jpeg'): void {
  response.writeHead(200, { 'content-type': type, 'content-length': jpeg.length }).end(jpeg);
}

/** A server that refuses every request for a part of its content, as some cameras' do (RFC 9110, 15.5.17). */
export function withoutRanges(serve: RequestListener): RequestListener {
  return (request, response) => {
    if (request.headers.range) response.writeHead(416).end();
    else serve(request, response);
  };
}
