import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { CaptureOptions } from './CaptureOptions';
import { urlWithCredentials } from './url';

/**
 * The same text for captures that can be shared: of a USB camera or camera module only one
 * can run, whatever name the device goes by; others are the same when all their options are. Of an
 * address and its login it holds a digest: cameras may differ in a secret alone.
 */
export function captureKey(options: CaptureOptions, sysRoot = '/'): string {
  if (options.source === 'usb') return `usb ${realDevice(options.device, sysRoot)}`;
  if (options.source === 'picamera') return `picamera ${options.camera}`;
  const { width, height, frameRate } = options;
  const mode = [width, height, frameRate].map(value => value ?? 'any').join(' ');
  switch (options.source) {
    case 'test':
      return `test ${mode}`;
    case 'file':
      return `file ${options.loop ? 'looped' : 'once'} ${mode} ${options.path}`;
    case 'url': {
      const digest = createHash('sha256').update(urlWithCredentials(options)).digest('base64');
      const silence = options.silenceMs ? `${options.silenceMs} ms ` : '';
      return `url ${options.rtspTransport} ${mode} ${silence}${digest}`;
    }
    default:
      return options satisfies never;
  }
}

/** The device file behind a stable name such as those in /dev/v4l/by-id. */
function realDevice(device: string, sysRoot: string): string {
  try {
    return realpathSync(isAbsolute(device) ? join(sysRoot, device) : device);
  } catch {
    // Not plugged in, or no file at all (macOS, Windows): the name itself must do.
    return device;
  }
}
