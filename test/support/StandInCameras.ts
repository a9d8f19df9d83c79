import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { programPath } from './programPath';
import { record } from './recordings';
import { CONTROLS_TEXT, FFMPEG_FORMATS, FORMATS_TEXT } from './v4l2Texts';

/** What a stand-in camera gives; each format at 320x240, 30 pictures a second. */
export type CameraFormat = 'h264' | 'mjpeg' | 'raw';

/** The id under which a camera stays the same wherever it is plugged in. */
export const CAMERA_ID = '/dev/v4l/by-id/usb-Acme_HD_Webcam_0001-video-index0';

const FFMPEG = `#!/bin/bash
# Stands in for V4L2: what would be opened as a device is played from a recording.
here="$(dirname "$0")"
real="$(cat "$here/real")"
case " $* " in *" -f v4l2 "*) ;; *) exec "$real" "$@" ;; esac
printf '%s\\n' "$*" >> "$here/calls"
format=raw; listing=
arguments=()
while [ $# -gt 0 ]; do
  case "$1" in
    -f) if [ "$2" = v4l2 ]; then shift 2; else arguments+=("$1" "$2"); shift 2; fi ;;
    -input_format) format="$2"; shift 2 ;;
    -list_formats) listing=1; shift 2 ;;
    -framerate|-video_size|-probesize|-analyzeduration|-fpsprobesize) shift 2 ;;
    -i)
      if [ ! -e "$2" ]; then
        echo "[video4linux2,v4l2 @ 0x55d0] Cannot open video device $2: No such file or directory" >&2
        echo "$2: No such file or directory" >&2
        exit 1
      fi
      if [ -n "$listing" ]; then
        cat "$here/ffmpeg-formats" >&2
        echo "$2: Immediate exit requested" >&2
        exit 1
      fi
      # As V4L2: one program at a time. The lock is gone with the program that is run below.
      exec 9> "$here/in-use"
      if ! flock --nonblock 9; then
        echo "[video4linux2,v4l2 @ 0x55d0] ioctl(VIDIOC_STREAMON): Device or resource busy" >&2
        echo "$2: Device or resource busy" >&2
        exit 1
      fi
      arguments+=(-re -stream_loop -1 -i "$here/recording.$format")
      shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done
if [ -e "$here/slow" ]; then
  "$real" "\${arguments[@]}" &
  player=$!
  trap 'sleep 0.6; kill -KILL "$player"' TERM
  wait "$player"
  exit
fi
exec "$real" "\${arguments[@]}"
`;

const V4L2_CTL = `#!/bin/bash
# Stands in for v4l2-ctl of a camera with the formats and controls in the files beside it.
here="$(dirname "$0")"
printf '%s\\n' "$*" >> "$here/calls"
[ "$1" = --device ] || exit 1
if [ ! -e "$2" ]; then
  echo "Cannot open device $2, exiting." >&2
  exit 1
fi
case "$3" in
  --list-formats-ext) cat "$here/formats" ;;
  --list-ctrls-menus) cat "$here/controls" ;;
  --set-ctrl=*)
    IFS=, read -ra pairs <<< "\${3#--set-ctrl=}"
    for pair in "\${pairs[@]}"; do
      if [ "\${pair%%=*}" = zoom_absolute ]; then
        echo "VIDIOC_S_EXT_CTRLS: failed: Input/output error" >&2
        echo "Error setting controls: Input/output error" >&2
        exit 255
      fi
      sed -i -E "s/^( *\${pair%%=*} .*[ ]value=)-?[0-9]+/\\1\${pair#*=}/" "$here/controls"
    done ;;
  *) exit 1 ;;
esac
`;

/** A machine with one USB camera, as far as its files and programs go. Close it to remove them. */
export class StandInCameras {
  /** Where its /sys and /dev are. */
  readonly sysRoot = mkdtempSync(join(tmpdir(), 'rtcbot-camera-'));
  readonly #bin = join(this.sysRoot, 'bin');
  readonly ffmpeg = join(this.#bin, 'ffmpeg');

  /**
   * The camera is plugged in.
   * @param formats what it offers, such as `['mjpeg', 'raw']`; `bFrames`: its H.264 is not for
   *   WebRTC; `isSlow`: it takes 0.6 s to be given back
   */
  constructor(formats: readonly CameraFormat[], { bFrames = false, isSlow = false } = {}) {
    mkdirSync(this.#bin);
    this.#file('real', programPath('ffmpeg'));
    this.#file('calls', '');
    if (isSlow) this.#file('slow', '');
    this.#file('ffmpeg-formats', formats.map(each => FFMPEG_FORMATS[each]).join(''));
    const listing = formats.map((each, at) => `\t[${at}]: ${FORMATS_TEXT[each]}`).join('');
    this.#file('formats', `ioctl: VIDIOC_ENUM_FMT\n\tType: Video Capture\n\n${listing}`);
    for (const format of formats) this.#file(`recording.${format}`, recordingOf(format, bFrames));
    for (const [name, script] of [
      ['ffmpeg', FFMPEG],
      ['v4l2-ctl', V4L2_CTL],
    ] as const) {
      this.#file(name, script);
      chmodSync(join(this.#bin, name), 0o755);
    }
    mkdirSync(join(this.sysRoot, 'dev'));
    mkdirSync(join(this.sysRoot, 'sys/class/video4linux'), { recursive: true });
    this.plug();
  }

  /** The environment in which the engine sees this machine. */
  get env(): NodeJS.ProcessEnv {
    const path = `${this.#bin}${delimiter}${process.env.PATH}`;
    return { RTCBOT_SYS_ROOT: this.sysRoot, FFMPEG_PATH: this.ffmpeg, PATH: path };
  }

  /** What was run on the camera, oldest first. */
  get calls(): readonly string[] {
    return readFileSync(join(this.#bin, 'calls'), 'utf8').split('\n').filter(Boolean);
  }

  /** What its control is set to. */
  control(name: string): number | undefined {
    const text = readFileSync(join(this.#bin, 'controls'), 'utf8');
    const value = new RegExp(`^ *${name} .* value=(-?\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  }

  /** Without v4l2-ctl only ffmpeg can be asked. */
  removeV4l2Ctl(): void {
    rmSync(join(this.#bin, 'v4l2-ctl'));
  }

  /** Plugs the camera in; it has forgotten its controls. @param node of the kernel, such as video1 */
  plug(node = 'video0'): void {
    this.#file('controls', CONTROLS_TEXT);
    const about = join(this.sysRoot, 'sys/class/video4linux', node);
    mkdirSync(about);
    writeFileSync(join(about, 'index'), '0\n');
    writeFileSync(join(about, 'name'), 'HD Webcam: HD Webcam\n');
    writeFileSync(join(this.sysRoot, 'dev', node), '');
    mkdirSync(join(this.sysRoot, 'dev/v4l/by-id'), { recursive: true });
    symlinkSync(`../../${node}`, join(this.sysRoot, CAMERA_ID));
  }

  /** Unplugs it, as the kernel and udev do: its node goes, then the names, and directories that are empty. */
  unplug(node = 'video0'): void {
    rmSync(join(this.sysRoot, 'dev', node));
    rmSync(join(this.sysRoot, 'dev/v4l'), { recursive: true });
    rmSync(join(this.sysRoot, 'sys/class/video4linux', node), { recursive: true });
  }

  close(): void {
    rmSync(this.sysRoot, { recursive: true, force: true });
  }

  #file(name: string, content: string | Buffer): void {
    writeFileSync(join(this.#bin, name), content);
  }
}

/** Two seconds of a moving picture in a container that hands the codec on as a camera does. */
function recordingOf(format: CameraFormat, bFrames: boolean): Buffer {
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=30:duration=2'];
  const coding = {
    h264: [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      ...(bFrames ? ['-bf', '2', '-x264-params', 'b-adapt=0'] : []),
      '-g',
      '15',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'mpegts',
    ],
    mjpeg: ['-c:v', 'mjpeg', '-q:v', '5', '-pix_fmt', 'yuvj422p', '-f', 'avi'],
    raw: ['-c:v', 'rawvideo', '-pix_fmt', 'yuyv422', '-f', 'nut'],
  };
  return record('ffmpeg', [...picture, ...coding[format], 'pipe:1']);
}
