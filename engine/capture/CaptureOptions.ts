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
