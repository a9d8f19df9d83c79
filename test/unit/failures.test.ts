import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureOptions } from '../../engine/capture/CaptureOptions';
import { failureOf } from '../../engine/capture/failures';
import type { ChildExit } from '../../engine/process/Child';

const OPTIONS: Record<'usb' | 'url' | 'file', CaptureOptions> = {
  usb: { source: 'usb', device: '/dev/video0' },
  url: {
    source: 'url',
    url: 'rtsp://zoe:pw@cam/1',
    rtspTransport: 'tcp',
    user: 'zoe',
    password: 'pw',
  },
  file: { source: 'file', path: '/films/a.mp4', loop: true },
};

interface Row {
  it: string;
  of: keyof typeof OPTIONS;
  /** As ffmpeg 4.1 and 5.1 said it, unless the row's sentence names another. */
  words?: string[];
  exit?: Partial<ChildExit>;
  code: string;
  /** A part of the message. */
  says: string;
}

const ROWS: Row[] = [
  {
    it: 'an HTTP server that answers 405',
    of: 'url',
    words: [
      '[http @ 0x55] HTTP error 405 Method Not Allowed',
      'http://cam/1: Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
    ],
    code: 'request-refused',
    says: '405 Method Not Allowed',
  },
  {
    it: 'an HTTP server that answers 410',
    of: 'url',
    words: [
      '[http @ 0x55] HTTP error 410 Gone',
      'http://cam/1: Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
    ],
    code: 'stream-gone',
    says: '(410)',
  },
  {
    it: 'an HTTP server that answers 429',
    of: 'url',
    words: [
      '[http @ 0x55] HTTP error 429 Too Many Requests',
      'http://cam/1: Server returned 4XX Client Error, but not one of 40{0,1,3,4}',
    ],
    code: 'too-many-requests',
    says: '(429)',
  },
  {
    it: 'a refused connection',
    of: 'url',
    words: [
      '[tcp @ 0x55bb6ba5d2c0] Connection to tcp://cam:554?timeout=1500000 failed: Connection refused',
      'rtsp://cam/1: Connection refused',
    ],
    code: 'unreachable',
    says: 'rtsp://cam/1 cannot be reached (Connection refused)',
  },
  {
    it: 'a host without a route',
    of: 'url',
    words: [
      '[tcp @ 0x55] Connection to tcp://cam:554 failed: No route to host',
      'rtsp://cam/1: No route to host',
    ],
    code: 'unreachable',
    says: 'No route to host',
  },
  {
    it: 'a silent host',
    of: 'url',
    words: ['rtsp://cam/1: Connection timed out'],
    code: 'unreachable',
    says: 'Connection timed out',
  },
  {
    it: 'a silent host, as macOS says it',
    of: 'url',
    words: ['rtsp://cam/1: Operation timed out'],
    code: 'unreachable',
    says: 'Operation timed out',
  },
  {
    it: 'an unknown name',
    of: 'url',
    words: [
      '[tcp @ 0x5572698be900] Failed to resolve hostname cam: Name or service not known',
      'rtsp://cam/1: Input/output error',
    ],
    code: 'unreachable',
    says: 'Name or service not known',
  },
  {
    it: 'a static ffmpeg that cannot look names up',
    of: 'url',
    exit: { code: null, signal: 'SIGSEGV' },
    code: 'capture-ended',
    says: 'IP address',
  },
  {
    it: 'an HTTP server that wants a password',
    of: 'url',
    words: [
      '[http @ 0x55d554c38240] HTTP error 401 Unauthorized',
      'http://cam/1: Server returned 401 Unauthorized (authorization failed)',
    ],
    code: 'unauthorized',
    says: 'rtsp://cam/1 refused the user name',
  },
  {
    it: 'an RTSP server that wants a password',
    of: 'url',
    words: [
      '[rtsp @ 0x55] method DESCRIBE failed: 401 Unauthorized',
      'rtsp://cam/1: Server returned 401 Unauthorized (authorization failed)',
    ],
    code: 'unauthorized',
    says: 'refused',
  },
  {
    it: 'a server that forbids',
    of: 'url',
    words: [
      '[http @ 0x5624d4c43240] HTTP error 403 Forbidden',
      'http://cam/1: Server returned 403 Forbidden (access denied)',
    ],
    code: 'unauthorized',
    says: 'refused',
  },
  {
    it: 'an HTTP path that does not exist',
    of: 'url',
    words: [
      '[http @ 0x5642b48ce240] HTTP error 404 Not Found',
      'http://cam/1: Server returned 404 Not Found',
    ],
    code: 'stream-missing',
    says: 'rtsp://cam/1 has no such stream',
  },
  {
    it: 'an RTSP path that does not exist',
    of: 'url',
    words: [
      '[rtsp @ 0x5610e4147a40] method DESCRIBE failed: 404 Not Found',
      'rtsp://cam/1: Server returned 404 Not Found',
    ],
    code: 'stream-missing',
    says: 'no such stream',
  },
  {
    it: 'a server in trouble',
    of: 'url',
    words: [
      '[rtsp @ 0x5626f8d74b40] method DESCRIBE failed: 503 Service Unavailable',
      'rtsp://cam/1: Server returned 5XX Server Error reply',
    ],
    code: 'unreachable',
    says: '503 Service Unavailable',
  },
  {
    it: 'HTTPS asked of an HTTP server',
    of: 'url',
    words: [
      '[tls @ 0x557e7c3d3280] An unexpected TLS packet was received.',
      'https://cam/1: Input/output error',
    ],
    code: 'tls-failed',
    says: 'TLS',
  },
  {
    it: 'a page instead of a stream',
    of: 'url',
    words: ['http://cam/1: Invalid data found when processing input'],
    code: 'no-video',
    says: 'Invalid data found',
  },
  {
    it: 'a stream with sound only',
    of: 'url',
    words: [
      "Stream map '0:v:0' matches no streams.",
      "To ignore this, add a trailing '?' to the map.",
    ],
    code: 'no-video',
    says: 'matches no streams',
  },
  {
    it: 'an unknown kind of address',
    of: 'url',
    words: ['foo://x: Protocol not found', 'Did you mean file:foo://x?'],
    code: 'no-video',
    says: 'Protocol not found',
  },
  {
    it: 'a stream that ends',
    of: 'url',
    words: ['frame=  86 fps= 33', 'video:383kB audio:0kB'],
    exit: { code: 0 },
    code: 'capture-ended',
    says: 'rtsp://cam/1 ended: the stream came to an end',
  },
  {
    it: 'a missing file',
    of: 'file',
    words: ['file:/films/a.mp4: No such file or directory'],
    code: 'file-missing',
    says: '/films/a.mp4 does not exist',
  },
  {
    it: 'an unreadable file',
    of: 'file',
    words: ['file:/films/a.mp4: Permission denied'],
    code: 'access-denied',
    says: '/films/a.mp4',
  },
  {
    it: 'a directory',
    of: 'file',
    words: ['file:/films/a.mp4: Is a directory'],
    code: 'no-video',
    says: 'Is a directory',
  },
  {
    it: 'a file cut off',
    of: 'file',
    words: [
      '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5618d5284980] moov atom not found',
      'file:/films/a.mp4: Invalid data found when processing input',
    ],
    code: 'no-video',
    says: 'moov atom not found',
  },
  {
    it: 'noise instead of a film',
    of: 'file',
    words: [
      '[mpegts @ 0x556f969fb980] Could not detect TS packet size, defaulting to non-FEC/DVHS',
      'file:/films/a.mp4: could not find codec parameters',
    ],
    code: 'no-video',
    says: 'could not find codec parameters',
  },
  {
    it: 'a camera not plugged in',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55fb3ad07a00] Cannot open video device /dev/video0: No such file or directory',
      '/dev/video0: No such file or directory',
    ],
    code: 'device-missing',
    says: '/dev/video0 does not exist',
  },
  {
    it: 'a camera pulled out',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_DQBUF): No such device',
      '/dev/video0: No such device',
    ],
    code: 'device-missing',
    says: '/dev/video0',
  },
  {
    it: 'a device that is no camera',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55b04c6a4a00] ioctl(VIDIOC_QUERYCAP): Inappropriate ioctl for device',
      '/dev/video0: Inappropriate ioctl for device',
    ],
    code: 'device-missing',
    says: '/dev/video0',
  },
  {
    it: 'a busy camera',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_S_FMT): Device or resource busy',
      '/dev/video0: Device or resource busy',
    ],
    code: 'device-busy',
    says: '/dev/video0 is busy',
  },
  {
    it: 'a busy camera on Windows',
    of: 'usb',
    words: [
      '[dshow @ 000001] Could not run graph (sometimes caused by a device already in use by other application)',
      'video=HD: I/O error',
    ],
    code: 'device-busy',
    says: '/dev/video0',
  },
  {
    it: 'a camera of another user',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55] Cannot open video device /dev/video0: Permission denied',
      '/dev/video0: Permission denied',
    ],
    code: 'access-denied',
    says: 'group video',
  },
  {
    it: 'a size that the camera does not do',
    of: 'usb',
    words: [
      '[video4linux2,v4l2 @ 0x55] ioctl(VIDIOC_S_FMT): Invalid argument',
      '/dev/video0: Invalid argument',
    ],
    code: 'mode-unsupported',
    says: 'Invalid argument',
  },
  {
    it: 'a size that a Mac camera does not do',
    of: 'usb',
    words: [
      '[avfoundation @ 0x7f] Selected video size (123x45) is not supported by the device.',
      '0:none: Input/output error',
    ],
    code: 'mode-unsupported',
    says: 'not supported by the device',
  },
  {
    it: 'what it does not know, by the last line that matters',
    of: 'file',
    words: ['Something new', 'frame=    3 fps=0.0 q=-0.0 Lsize=     338kB', 'video:1kB audio:0kB'],
    code: 'capture-ended',
    says: '/films/a.mp4 ended: Something new',
  },
  {
    it: 'an end without words',
    of: 'file',
    exit: { code: 7 },
    code: 'capture-ended',
    says: 'ended with code 7',
  },
  {
    it: 'a killed ffmpeg',
    of: 'file',
    exit: { code: null, signal: 'SIGKILL' },
    code: 'capture-ended',
    says: 'killed by SIGKILL',
  },
  {
    it: 'an ffmpeg that cannot be started',
    of: 'file',
    exit: { code: null, error: new Error('spawn EAGAIN') },
    code: 'capture-ended',
    says: 'could not be started (spawn EAGAIN)',
  },
];

describe('failureOf understands', () => {
  for (const { it: sentence, of, words = [], exit = {}, code, says } of ROWS) {
    it(sentence, () => {
      const error = failureOf(OPTIONS[of], { code: 1, signal: null, lastWords: words, ...exit });
      assert.equal(error.code, code);
      assert.ok(error.message.includes(says), error.message);
      assert.doesNotMatch(error.message, /zoe|pw|@/);
    });
  }
});
