import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { listCameras, type Run } from '../../engine/capture/v4l2/devices';
import {
  parseAvfoundationDevices,
  parseDshowDevices,
  parseDshowOptions,
  parseV4l2Ctl,
  parseV4l2Formats,
} from '../../engine/capture/v4l2/deviceTexts';
import { type CameraMode, chooseMode } from '../../engine/capture/v4l2/modes';
import type { Ffmpeg } from '../../engine/process/ffmpeg';
import { FfmpegFinder } from '../../engine/process/ffmpeg';

const V4L2_CTL = `ioctl: VIDIOC_ENUM_FMT
	Type: Video Capture

	[0]: 'MJPG' (Motion-JPEG, compressed)
		Size: Discrete 1280x720
			Interval: Discrete 0.033s (30.000 fps)
			Interval: Discrete 0.067s (15.000 fps)
		Size: Discrete 640x480
			Interval: Discrete 0.033s (30.000 fps)
	[1]: 'YUYV' (YUYV 4:2:2)
		Size: Discrete 640x480
			Interval: Discrete 0.033s (30.000 fps)
			Interval: Discrete 0.133s (7.500 fps)
	[2]: 'H264' (H.264, compressed)
		Size: Discrete 1920x1080
			Interval: Discrete 0.033s (30.000 fps)
	[3]: 'HEVC' (HEVC, compressed)
		Size: Discrete 3840x2160
			Interval: Discrete 0.033s (30.000 fps)
	[4]: 'GREY' (8-bit Greyscale)
		Size: Stepwise 16x16 - 4096x4096 with step 2/2
`;
const MODES: CameraMode[] = [
  { format: 'mjpeg', width: 1280, height: 720, frameRates: [30, 15] },
  { format: 'mjpeg', width: 640, height: 480, frameRates: [30] },
  { format: 'raw', width: 640, height: 480, frameRates: [30, 7.5] },
  { format: 'h264', width: 1920, height: 1080, frameRates: [30] },
];

const V4L2_FORMATS = `[video4linux2,v4l2 @ 0x55a1483dc900] Compressed:       mjpeg :          Motion-JPEG : 1280x720 640x480
[video4linux2,v4l2 @ 0x55a1483dc900] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480
[video4linux2,v4l2 @ 0x55a1483dc900] Compressed:        h264 :                H.264 : 1920x1080
[video4linux2,v4l2 @ 0x55a1483dc900] Compressed: Unsupported :                 HEVC : 3840x2160
[video4linux2,v4l2 @ 0x55a1483dc900] Raw       : Unsupported :     8-bit Greyscale : 320x240
[video4linux2,v4l2 @ 0x55a1483dc900] Raw       :     yuv420p :     Planar YUV 4:2:0 : {32-2592, 2}x{32-1944, 2}
/dev/video0: Immediate exit requested`;

describe('What programs say about cameras', () => {
  it('v4l2-ctl: formats, sizes and rates', () => assert.deepEqual(parseV4l2Ctl(V4L2_CTL), MODES));

  it('ffmpeg for V4L2: formats and sizes', () => {
    assert.deepEqual(
      parseV4l2Formats(V4L2_FORMATS),
      MODES.map(mode => ({ ...mode, frameRates: [] })),
    );
  });

  it('ffmpeg for DirectShow: modes', () => {
    const text = `[dshow @ 0001] DirectShow video device options (from video devices)
[dshow @ 0001]  Pin "Capture" (alternative pin name "0")
[dshow @ 0001]   vcodec=mjpeg  min s=1280x720 fps=15 max s=1280x720 fps=30.00003
[dshow @ 0001]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 0001]   pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=30
[dshow @ 0001]   vcodec=unknown  min s=640x480 fps=5 max s=640x480 fps=30`;
    assert.deepEqual(parseDshowOptions(text), [
      { format: 'mjpeg', width: 1280, height: 720, frameRates: [30, 15] },
      { format: 'raw', width: 640, height: 480, frameRates: [30, 5] },
    ]);
  });

  for (const { it: sentence, text } of [
    {
      it: 'ffmpeg 4 for DirectShow: names under headings',
      text: `[dshow @ 0001] DirectShow video devices (some may be both video and audio devices)
[dshow @ 0001]  "HD Webcam"
[dshow @ 0001]     Alternative name "@device_pnp_\\\\?\\usb#vid_1"
[dshow @ 0001]  "OBS (virtual)"
[dshow @ 0001] DirectShow audio devices
[dshow @ 0001]  "Microphone"
dummy: Immediate exit requested`,
    },
    {
      it: 'ffmpeg 5 for DirectShow: names with their kind',
      text: `[dshow @ 0001] "HD Webcam" (video)
[dshow @ 0001]   Alternative name "@device_pnp_\\\\?\\usb#vid_1"
[dshow @ 0001] "OBS (virtual)" (video, audio)
[dshow @ 0001] "Microphone" (audio)`,
    },
  ]) {
    it(sentence, () => assert.deepEqual(parseDshowDevices(text), ['HD Webcam', 'OBS (virtual)']));
  }

  it('ffmpeg for AVFoundation: names, without screens', () => {
    const text = `[AVFoundation indev @ 0x7f] AVFoundation video devices:
[AVFoundation indev @ 0x7f] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f] [1] Capture screen 0
[AVFoundation indev @ 0x7f] AVFoundation audio devices:
[AVFoundation indev @ 0x7f] [0] Built-in Microphone
: Input/output error`;
    assert.deepEqual(parseAvfoundationDevices(text), ['FaceTime HD Camera']);
  });
});

describe('chooseMode', () => {
  for (const { it: sentence, wanted, noH264, expected } of [
    { it: 'takes H.264 when nothing is wanted', wanted: {}, expected: MODES[3] },
    {
      it: 'takes JPEG where the H.264 is of no use',
      wanted: {},
      noH264: true,
      expected: MODES[0],
    },
    {
      it: 'takes JPEG of the wanted size',
      wanted: { width: 640, height: 480 },
      expected: MODES[1],
    },
    { it: 'finds the mode by one side', wanted: { height: 480 }, expected: MODES[1] },
    {
      it: 'prefers a mode with the rate',
      wanted: { width: 640, frameRate: 30 },
      expected: MODES[1],
    },
    { it: 'takes H.264 of the wanted size', wanted: { width: 1920 }, expected: MODES[3] },
    {
      it: 'takes no H.264 that is slower than wanted',
      wanted: { width: 1920, frameRate: 60 },
      expected: undefined,
    },
    { it: 'finds none of a size that is not there', wanted: { width: 333 }, expected: undefined },
  ]) {
    it(sentence, () => assert.deepEqual(chooseMode(MODES, wanted, { noH264 }), expected));
  }

  it('takes raw pictures when the camera has no JPEG', () => {
    assert.deepEqual(
      chooseMode(
        [MODES[3], MODES[2]].flatMap(mode => mode ?? []),
        {},
        { noH264: true },
      ),
      MODES[2],
    );
  });
});

describe('listCameras', () => {
  const root = mkdtempSync(join(tmpdir(), 'rtcbot-sys-'));
  after(() => rmSync(root, { recursive: true }));
  const none = new FfmpegFinder({ candidates: () => [] });
  const some = {
    find: async (): Promise<Ffmpeg> => ({ path: 'ffmpeg' }) as Ffmpeg,
  } as FfmpegFinder;

  function node(name: string, index: string, label: string): void {
    const directory = join(root, 'sys/class/video4linux', name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'index'), `${index}\n`);
    writeFileSync(join(directory, 'name'), `${label}\n`);
    mkdirSync(join(root, 'dev/v4l/by-id'), { recursive: true });
    writeFileSync(join(root, 'dev', name), '');
  }
  node('video10', '0', 'bcm2835-codec-decode');
  node('video11', '0', 'Second Camera');
  node('video2', '0', 'HD Webcam: HD Webcam');
  node('video3', '1', 'HD Webcam: HD Webcam');
  symlinkSync('../../video2', join(root, 'dev/v4l/by-id/usb-HD_Webcam_123-video-index0'));
  symlinkSync('../../video9', join(root, 'dev/v4l/by-id/usb-Gone-video-index0'));

  const said = (code: number | undefined, stdout = '', stderr = '') => ({ code, stdout, stderr });

  it('names the capture nodes of Linux by paths that stay, with their modes', async () => {
    const asked: string[] = [];
    const run: Run = async ({ program, args }) => {
      asked.push([program, ...args].join(' '));
      return said(0, V4L2_CTL);
    };
    assert.deepEqual(await listCameras({ ffmpeg: none, platform: 'linux', sysRoot: root, run }), [
      {
        id: '/dev/v4l/by-id/usb-HD_Webcam_123-video-index0',
        label: 'HD Webcam (video2)',
        modes: MODES,
      },
      { id: '/dev/video11', label: 'Second Camera (video11)', modes: MODES },
    ]);
    assert.equal(
      asked[0],
      `v4l2-ctl --device ${root}/dev/v4l/by-id/usb-HD_Webcam_123-video-index0 --list-formats-ext`,
    );
  });

  it('asks ffmpeg for the modes where v4l2-ctl is missing', async () => {
    const run: Run = async ({ program }) =>
      program === 'ffmpeg'
        ? said(1, '', V4L2_FORMATS)
        : { ...said(undefined), error: new Error('ENOENT') };
    const [camera] = await listCameras({ ffmpeg: some, platform: 'linux', sysRoot: root, run });
    assert.equal(camera?.modes.length, 4);
  });

  it('names the cameras even if nothing is known of their modes', async () => {
    const run: Run = async () => said(undefined);
    const cameras = await listCameras({ ffmpeg: none, platform: 'linux', sysRoot: root, run });
    assert.deepEqual(
      cameras.map(camera => camera.modes),
      [[], []],
    );
  });

  it('finds none on a machine without cameras', async () => {
    const sysRoot = join(root, 'nowhere');
    assert.deepEqual(await listCameras({ ffmpeg: none, platform: 'linux', sysRoot }), []);
  });

  it('names the cameras of Windows', async () => {
    const run: Run = async ({ args }) =>
      args.includes('-list_devices')
        ? said(1, '', '[dshow @ 0001] "HD Webcam" (video)')
        : said(1, '', '[dshow @ 0001]   vcodec=mjpeg  min s=640x480 fps=30 max s=640x480 fps=30');
    assert.deepEqual(await listCameras({ ffmpeg: some, platform: 'win32', run }), [
      {
        id: 'HD Webcam',
        label: 'HD Webcam',
        modes: [{ format: 'mjpeg', width: 640, height: 480, frameRates: [30] }],
      },
    ]);
  });
});
