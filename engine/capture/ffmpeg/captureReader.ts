import { MarkedPictures } from '../../media/containers/MarkedPictures';
import { MpjpegParser } from '../../media/containers/MpjpegParser';
import { Y4mParser } from '../../media/containers/Y4mParser';
import { jpegSize } from '../../media/picture/jpeg';
import { H264Passthrough, type H264PassthroughOptions } from '../H264Passthrough';
import type { PictureHandlers } from '../Picture';
import type { Way } from './way';

/** Takes ffmpeg's output for a way apart. `push` throws ContainerError when it makes no sense. */
export interface CaptureReader {
  push(chunk: Buffer): void;
  /** Nothing more will come: gives what waited for more. Absent where nothing waits. */
  end?(): void;
  /** Nothing is given any more. Idempotent. Absent where nothing waits. */
  close?(): void;
}

/** What is known of the stream beforehand. */
export interface CaptureReaderOptions extends H264PassthroughOptions {
  /** Decoded pictures come with their sizes in them, by `MARK_FILTERS`. Default false. */
  isMarked?: boolean;
}

/** The reader for what `captureArguments` makes ffmpeg write. */
export function captureReader(
  way: Way,
  handlers: PictureHandlers,
  options: CaptureReaderOptions = {},
): CaptureReader {
  switch (way) {
    case 'H264':
      return new H264Passthrough(handlers, options);
    case 'JPEG':
      return new MpjpegParser(data => {
        const size = jpegSize(data);
        // A picture cut off by a bad cable is left out.
        if (size) handlers.picture({ codec: 'JPEG', data, key: true, ...size });
      });
    case 'I420': {
      const picture = (data: Buffer, width: number, height: number) =>
        handlers.picture({ codec: 'I420', data, key: true, width, height });
      return options.isMarked ? new MarkedPictures({ picture }) : new Y4mParser({ picture });
    }
    default:
      return way satisfies never;
  }
}
