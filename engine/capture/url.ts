import { secretsIn, spellingsOf } from '../model/publicAddress';
import type { Ffmpeg } from '../process/ffmpeg';
import type { CaptureOptions } from './CaptureOptions';
import type { Login } from './web/httpLogin';

export type UrlOptions = Extract<CaptureOptions, { source: 'url' }>;

/** How long a server may keep silent before ffmpeg gives up, in ms. */
const SERVER_TIMEOUT_MS = 5000;
/** The same where nothing is set: a picture in 8 s is a camera that lives. In ms. */
const SLOW_MS = 12_000;
/** Where pictures may be longer apart our own watchdog comes first, by so much, in ms. */
const AFTER_WATCHDOG_MS = 2000;

/** Input arguments for any address that ffmpeg opens. They hold the credentials. */
export function urlInput(options: UrlOptions, ffmpeg: Ffmpeg): string[] {
  // What is written to standard input needs no look at it.
  if (options.kind === 'pictures') {
    return ['-probesize', '32', '-analyzeduration', '0', '-f', 'ivf', '-i', 'pipe:0'];
  }
  const url = urlWithCredentials({ ...options, url: options.opened ?? options.url });
  return [...tuning(options, ffmpeg), '-i', url];
}

/** The user name and password, from their fields or out of the address. */
export function loginOf({ url, user, password }: UrlOptions): Login | undefined {
  if (user || password) return { user: user ?? '', password: password ?? '' };
  const inside = URL.canParse(url) ? new URL(url) : undefined;
  if (!inside?.username && !inside?.password) return undefined;
  return { user: decoded(inside.username), password: decoded(inside.password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}

/** Whether it is on a web server, and whole. */
export function isWebAddress(url: string): boolean {
  return /^https?:/i.test(url) && URL.canParse(url);
}

/** What ffmpeg may repeat of an address and its login that nobody may read. */
export function secretsOf({ url, opened, password }: UrlOptions): string[] {
  const known = password ? spellingsOf(password) : [];
  return [...secretsIn(url), ...(opened ? secretsIn(opened) : []), ...known];
}

/** The address as ffmpeg gets it. Replaces a user name and password that stand in the address. */
export function urlWithCredentials({ url, user, password }: UrlOptions): string {
  if (!user && !password) return url;
  const secret = `${encode(user ?? '')}:${encode(password ?? '')}@`;
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?/i, (_all, scheme) => scheme + secret);
}

/** How much of a stream by RTSP ffmpeg looks at before it hands on the first picture. */
const ANALYSIS = ['-analyzeduration', '500000', '-probesize', '100000'];
/** One picture: at one in 8 s it looks at five otherwise, whatever the time that it was given. */
const BRIEF_ANALYSIS = ['-analyzeduration', '0', '-probesize', '32'];

/** As encodeURIComponent, which leaves some characters that a URL's authority gives a meaning to. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Pictures may come far apart, and a server that has none to send keeps silent. In µs. */
function serverTimeoutUs({ silenceMs }: UrlOptions): string {
  const slowMs = silenceMs === undefined ? SLOW_MS : silenceMs + AFTER_WATCHDOG_MS;
  return `${Math.max(SERVER_TIMEOUT_MS, slowMs) * 1000}`;
}

function tuning(options: UrlOptions, ffmpeg: Ffmpeg): string[] {
  const { url, rtspTransport } = options;
  const noRateProbe = ['-fpsprobesize', '0'];
  if (/^rtsps?:/i.test(url)) {
    return [
      ...['-rtsp_transport', rtspTransport],
      // Sound would be waited for when the stream is analysed.
      ...['-allowed_media_types', 'video'],
      ...[`-${ffmpeg.rtspTimeoutOption}`, serverTimeoutUs(options)],
      ...(options.isSlow ? BRIEF_ANALYSIS : ANALYSIS),
      ...noRateProbe,
      // TCP never reorders; over UDP ffmpeg's own defaults sort late packets in.
      ...(rtspTransport === 'tcp' ? ['-max_delay', '0', '-reorder_queue_size', '0'] : []),
    ];
  }
  const analysis = ['-analyzeduration', '3000000', ...noRateProbe];
  if (!/^https?:/i.test(url)) return analysis;
  const http = ['-rw_timeout', serverTimeoutUs(options), ...analysis];
  switch (options.kind) {
    case 'hls':
      // Named, because newer versions look at the ending of the address as well.
      return [...http, '-re', '-f', 'hls'];
    case 'dash':
      return [...http, '-re'];
    case 'film':
      return [...http, '-re', ...(options.isFixed ? ['-seekable', '0'] : [])];
    case 'stream':
      // Without it ffmpeg asks for the bytes from 0 on, which some servers refuse.
      return [...http, '-use_wallclock_as_timestamps', '1', '-seekable', '0'];
    default:
      return [...http, ...guessed(url)];
  }
}

/** What is known by the address alone. */
function guessed(url: string): string[] {
  const path = url.replace(/[?#].*/s, '');
  // A playlist comes in bursts of whole segments, a film as fast as the line allows: both are paced.
  if (/\.(m3u8|mpd|mp4|m4v|mov|mkv|webm|avi)$/i.test(path)) return ['-re'];
  // Pictures in a multipart stream carry no time; ffmpeg would count them as 25 a second.
  return ['-use_wallclock_as_timestamps', '1'];
}
