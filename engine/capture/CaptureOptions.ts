import type { PicameraControls } from '../model/picameraControls';
import type { PicameraEncoder } from './picameraWay';

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
      readonly user?: string;
      readonly password?: string;
    }
  | { readonly source: 'file'; readonly path: string; readonly loop: boolean };
