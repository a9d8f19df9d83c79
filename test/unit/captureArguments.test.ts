import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type CaptureRequest,
  captureArguments,
  type FfmpegCaptureOptions,
} from '../../engine/capture/ffmpeg/arguments';
import type { Way } from '../../engine/capture/ffmpeg/way';
import { type UrlOptions, urlWithCredentials } from '../../engine/capture/url';
import type { Ffmpeg } from '../../engine/process/ffmpeg';

const OLD: Ffmpeg = {
  path: 'f',
  version: '4.1',
  libavformat: 58,
  passthrough: ['-vsync', 'passthrough'],
  encoders: new Set(),
  rtspTimeoutOption: 'stimeout',
};
const NEW: Ffmpeg = {
  ...OLD,
  version: '7.1',
  libavformat: 61,
  passthrough: ['-fps_mode', 'passthrough'],
  rtspTimeoutOption: 'timeout',
  ownSizes: '-noautoscale',
};

const GENERAL = '-hide_banner -nostdin -nostats -loglevel info ';
const FLV = ' -map 0:V:0 -c:v copy -f flv -flvflags no_duration_filesize -flush_packets 1 pipe:1';
const STREAM = FLV.replace('-c:v copy', '-c:v copy -copyinkf');
const MPJPEG = ' -map 0:V:0 -c:v copy -f mpjpeg -flush_packets 1 pipe:1';
const Y4M = ' -pix_fmt yuv420p -threads 1 -f yuv4mpegpipe -flush_packets 1 pipe:1';
const MARKED =
  ',format=yuv420p,crop=w=2*trunc(iw/2):h=2*trunc(ih/2):x=0:y=0,pad=h=ih+2:color=black,pad=h=ih+2:color=red -pix_fmt yuv420p -threads 1 -noautoscale -c:v rawvideo -f nut -flush_packets 1 pipe:1';
const NO_PROBE = '-probesize 32 -analyzeduration 0 -fpsprobesize 0';

const usb = (more: object = {}): FfmpegCaptureOptions => ({
  source: 'usb',
  device: '/dev/video0',
  ...more,
});
const url = (address: string, more: object = {}): UrlOptions => ({
  source: 'url',
  url: address,
  rtspTransport: 'tcp',
  ...more,
});
const file = (more: object = {}): FfmpegCaptureOptions => ({
  source: 'file',
  path: '/films/a:b.mp4',
  loop: false,
  ...more,
});

interface Row {
  it: string;
  options: FfmpegCaptureOptions;
  way: Way;
  ffmpeg?: Ffmpeg;
  more?: Partial<CaptureRequest>;
  expected: string;
}

const ROWS: Row[] = [
  {
    it: 'copies H.264 over RTSP and TCP',
    options: url('rtsp://cam/1'),
    way: 'H264',
    expected: `-rtsp_transport tcp -allowed_media_types video -timeout 12000000 -analyzeduration 500000 -probesize 100000 -fpsprobesize 0 -max_delay 0 -reorder_queue_size 0 -i rtsp://cam/1${STREAM}`,
  },
  {
    it: 'uses the old name of the time limit with an old ffmpeg, and lets UDP be sorted',
    options: url('rtsp://cam/1', { rtspTransport: 'udp' }),
    way: 'H264',
    ffmpeg: OLD,
    expected: `-rtsp_transport udp -allowed_media_types video -stimeout 12000000 -analyzeduration 500000 -probesize 100000 -fpsprobesize 0 -i rtsp://cam/1${STREAM}`,
  },
  {
    it: 'decodes with one thread, scales and drops',
    options: url('rtsp://cam/1', { width: 640, frameRate: 10 }),
    way: 'I420',
    expected: `-threads 1 -rtsp_transport tcp -allowed_media_types video -timeout 12000000 -analyzeduration 500000 -probesize 100000 -fpsprobesize 0 -max_delay 0 -reorder_queue_size 0 -i rtsp://cam/1 -map 0:V:0 -fps_mode passthrough -vf select='if(gte(t,ld(0)-0.4*1/10)+lt(t,ld(0)-2*1/10),1+0*st(0,clip(ld(0),t-1/10,t+0.5*1/10)+1/10),0)',scale=w='640':h='2*round(640/dar/2)':out_range=tv${MARKED}`,
  },
  {
    it: 'copies JPEG over HTTP by the time of arrival',
    options: url('http://cam/video.cgi?a=.mp4'),
    way: 'JPEG',
    expected: `-rw_timeout 12000000 -analyzeduration 3000000 -fpsprobesize 0 -use_wallclock_as_timestamps 1 -i http://cam/video.cgi?a=.mp4${MPJPEG}`,
  },
  {
    it: 'paces the segments of a playlist',
    options: url('https://host/live.m3u8?token=1'),
    way: 'H264',
    expected: `-rw_timeout 12000000 -analyzeduration 3000000 -fpsprobesize 0 -re -i https://host/live.m3u8?token=1${STREAM.replace('-map 0:V:0', '-an -sn -dn')}`,
  },
  {
    it: 'paces a film from a web server',
    options: url('http://host/film.mp4'),
    way: 'H264',
    expected: `-rw_timeout 12000000 -analyzeduration 3000000 -fpsprobesize 0 -re -i http://host/film.mp4${STREAM}`,
  },
  {
    it: 'gives other addresses no options that they may not know',
    options: url('srt://host:9000'),
    way: 'H264',
    expected: `-analyzeduration 3000000 -fpsprobesize 0 -i srt://host:9000${STREAM}`,
  },
  {
    it: 'plays a file in its own pace',
    options: file(),
    way: 'H264',
    expected: `-re -i file:/films/a:b.mp4${FLV}`,
  },
  {
    it: 'plays a file again and again, decoded by an old ffmpeg to a given height',
    options: file({ loop: true, height: 240 }),
    way: 'I420',
    ffmpeg: OLD,
    expected: `-threads 1 -re -stream_loop -1 -i file:/films/a:b.mp4 -map 0:V:0 -vsync passthrough -vf scale=w='2*round(240*dar/2)':h='240':out_range=tv${Y4M}`,
  },
  {
    it: 'asks a V4L2 camera for JPEG of a size and rate',
    options: usb({ width: 1280, height: 720, frameRate: 30 }),
    way: 'JPEG',
    expected: `-f v4l2 ${NO_PROBE} -input_format mjpeg -framerate 30 -video_size 1280x720 -i /dev/video0${MPJPEG}`,
  },
  {
    it: 'lets a V4L2 camera choose, and does not scale what it gives',
    options: usb({ width: 1280 }),
    way: 'I420',
    expected: `-threads 1 -f v4l2 ${NO_PROBE} -i /dev/video0 -map 0:V:0 -fps_mode passthrough${Y4M}`,
  },
  {
    it: 'takes the other side of the size from the mode',
    options: usb({ width: 1280 }),
    way: 'JPEG',
    more: { mode: { format: 'mjpeg', width: 1280, height: 720, frameRates: [] } },
    expected: `-f v4l2 ${NO_PROBE} -input_format mjpeg -video_size 1280x720 -i /dev/video0${MPJPEG}`,
  },
  {
    it: 'gives a Mac camera a rate that it has, and no sound',
    options: usb({ device: 'FaceTime HD Camera' }),
    way: 'I420',
    more: { platform: 'darwin' },
    expected: `-threads 1 -f avfoundation ${NO_PROBE} -framerate 30 -i FaceTime HD Camera:none -map 0:V:0 -fps_mode passthrough${Y4M}`,
  },
  {
    it: 'asks a DirectShow camera for JPEG',
    options: usb({ device: 'HD Webcam', width: 640, height: 480 }),
    way: 'JPEG',
    more: { platform: 'win32' },
    expected: `-f dshow -rtbufsize 32M -vcodec mjpeg -video_size 640x480 -i video=HD Webcam${MPJPEG}`,
  },
];

describe('captureArguments', () => {
  for (const { it: sentence, options, way, ffmpeg = NEW, more = {}, expected } of ROWS) {
    it(sentence, () => {
      const args = captureArguments({ options, way, ffmpeg, platform: 'linux', ...more });
      assert.equal(args.join(' '), GENERAL + expected);
    });
  }
});

describe('urlWithCredentials', () => {
  for (const { it: sentence, options, expected } of [
    {
      it: 'leaves an address alone without any',
      options: url('rtsp://a:b@cam/1'),
      expected: 'rtsp://a:b@cam/1',
    },
    {
      it: 'puts them in, encoded',
      options: url('rtsp://cam:554/1?x=@', { user: 'ann@home', password: "p:/?#*'é" }),
      expected: 'rtsp://ann%40home:p%3A%2F%3F%23%2A%27%C3%A9@cam:554/1?x=@',
    },
    {
      it: 'replaces those in the address',
      options: url('http://old:o@ld@cam/1', { user: 'ann', password: '' }),
      expected: 'http://ann:@cam/1',
    },
    {
      it: 'does with a password alone',
      options: url('rtsp://cam/1', { password: 'x' }),
      expected: 'rtsp://:x@cam/1',
    },
  ]) {
    it(sentence, () => assert.equal(urlWithCredentials(options), expected));
  }
});
