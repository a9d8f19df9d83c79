import type { PicameraControls } from '../model/picameraControls';
import type { PicameraEncoder } from './picamera/picameraWay';

/** The camera module of a Raspberry Pi. Size and rate are among its controls. */
export interface PicameraOptions {
  readonly source: 'picamera';
  /** Number of the camera, from 0. */
  readonly camera: number;
  readonly encoder: PicameraEncoder;
  readonly controls: PicameraControls;
  /** Where there is no camera, or no program for it, a test pattern is shown. */
  readonly hasTestPattern: boolean;
}

/** What to capture. An absent size or rate means: as the source gives it. */
export type CaptureOptions = SourceOptions & {
  /** In pixels. */
  readonly width?: number;
  /** In pixels. */
  readonly height?: number;
  /** In pictures a second. */
  readonly frameRate?: number;
};

/** Where the pictures come from. */
export type SourceOptions =
  | { readonly source: 'test' }
  | PicameraOptions
  | {
      readonly source: 'usb';
      /** Linux: a path, best one of /dev/v4l/by-id; macOS: index or name; Windows: name. */
      readonly device: string;
    }
  | {
      readonly source: 'url';
      /** Any address that ffmpeg opens, without credentials. */
      readonly url: string;
      /** How RTP travels for rtsp: addresses. */
      readonly rtspTransport: 'tcp' | 'udp';
      /** So long without a picture, and it counts as failed, in ms. Default 10000. */
      readonly silenceMs?: number;
      readonly user?: string;
      readonly password?: string;
      /** What was found at the address: `pictures` are written to ffmpeg. Absent: nothing is known. */
      readonly kind?: 'pictures' | 'hls' | 'dash' | 'film' | 'stream';
      /** What ffmpeg opens in the place of the address: the best variant of a playlist. */
      readonly opened?: string;
      /** The server gives all from the beginning, and no parts. */
      readonly isFixed?: boolean;
      /** Pictures come so rarely that there is no time to look at several before the first goes on. */
      readonly isSlow?: boolean;
    }
  | { readonly source: 'file'; readonly path: string; readonly loop: boolean };
