import { secretsIn, spellingsOf } from '../model/publicAddress';
import type { Ffmpeg } from '../process/ffmpeg';
import type { CaptureOptions } from './CaptureOptions';

export type UrlOptions = Extract<CaptureOptions, { source: 'url' }>;

/** How long a server may keep silent before ffmpeg gives up, in µs; our own watchdog comes later. */
const SERVER_TIMEOUT_US = '5000000';

/** Input arguments for any address that ffmpeg opens. They hold the credentials. */
export function urlInput(options: UrlOptions, ffmpeg: Ffmpeg): string[] {
  return [...tuning(options, ffmpeg), '-i', urlWithCredentials(options)];
}

/** What ffmpeg may repeat of an address and its login that nobody may read. */
export function secretsOf({ url, password }: UrlOptions): string[] {
  return [...secretsIn(url), ...(password ? spellingsOf(password) : [])];
}

/** The address as ffmpeg gets it. Replaces a user name and password that stand in the address. */
export function urlWithCredentials({ url, user, password }: UrlOptions): string {
  if (!user && !password) return url;
  const secret = `${encode(user ?? '')}:${encode(password ?? '')}@`;
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#]*@)?/i, (_all, scheme) => scheme + secret);
}

/** As encodeURIComponent, which leaves some characters that a URL's authority gives a meaning to. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function tuning({ url, rtspTransport }: UrlOptions, ffmpeg: Ffmpeg): string[] {
  const noRateProbe = ['-fpsprobesize', '0'];
  if (/^rtsps?:/i.test(url)) {
    return [
      ...['-rtsp_transport', rtspTransport],
      // Sound would be waited for when the stream is analysed.
      ...['-allowed_media_types', 'video'],
      ...[`-${ffmpeg.rtspTimeoutOption}`, SERVER_TIMEOUT_US],
      ...['-analyzeduration', '500000', '-probesize', '100000', ...noRateProbe],
      // TCP never reorders; over UDP ffmpeg's own defaults sort late packets in.
      ...(rtspTransport === 'tcp' ? ['-max_delay', '0', '-reorder_queue_size', '0'] : []),
    ];
  }
  const analysis = ['-analyzeduration', '3000000', ...noRateProbe];
  if (!/^https?:/i.test(url)) return analysis;
  const http = ['-rw_timeout', SERVER_TIMEOUT_US, ...analysis];
  const path = url.replace(/[?#].*/s, '');
  // A playlist comes in bursts of whole segments, a film as fast as the line allows: both are paced.
  if (/\.m3u8$/i.test(path)) return [...http, '-re'];
  if (/\.(mp4|m4v|mov|mkv|webm|avi)$/i.test(path)) return [...http, '-re'];
  // Pictures in a multipart stream carry no time; ffmpeg would count them as 25 a second.
  return [...http, '-use_wallclock_as_timestamps', '1'];
}
