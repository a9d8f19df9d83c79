import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HardwareEncoder } from '../../engine/model/H264Encoder';
import { programPath } from './programPath';

/** How the hardware behind a claimed encoder behaves. */
export type Hardware =
  /** It encodes (libx264 does it), and says its parameter sets once only. */
  | 'works'
  /** The device is not there. */
  | 'missing'
  /** It takes one stream at a time. */
  | 'one at a time';

const SCRIPT = `#!/bin/bash
# Stands in for an ffmpeg on a machine with other hardware; all else is the real one's.
here="$(dirname "$0")"
real="$(cat "$here/real")"
if [ "\${2:-}" = -encoders ]; then
  "$real" "$@" | grep -vE '^ V.* h264_(v4l2m2m|nvenc|vaapi|qsv|videotoolbox) '
  sed 's/.*/ V..... &  stand-in/' "$here/claimed"
  exit
fi
printf '%s\\n' "$*" >> "$here/calls"
arguments=()
claimed=
while [ $# -gt 0 ]; do
  case "$1" in
    h264_v4l2m2m|h264_nvenc|h264_vaapi|h264_qsv|h264_videotoolbox)
      claimed="$1"
      arguments+=(libx264 -preset ultrafast -tune zerolatency -x264-params
        repeat-headers=0:sliced-threads=0:threads=1:scenecut=0)
      shift ;;
    -profile:v|-preset|-tune|-rc|-delay|-zerolatency|-async_depth|-look_ahead|-realtime|-allow_sw)
      option="$1"; value="$2"; shift 2
      # What follows a claimed encoder is for that alone.
      [ -n "$claimed" ] || arguments+=("$option" "$value") ;;
    -vaapi_device)
      shift 2 ;;
    *)
      arguments+=("\${1/,format=nv12,hwupload/}"); shift ;;
  esac
done
[ -n "$claimed" ] || exec "$real" "\${arguments[@]}"
hardware="$(cat "$here/hardware")"
if [ "$hardware" = missing ]; then
  echo "[$claimed @ 0x5581] Could not find a valid device" >&2
  echo "Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0" >&2
  exit 1
fi
[ "$hardware" = works ] && exec "$real" "\${arguments[@]}"
exec flock --no-fork --nonblock "$here/busy" "$real" "\${arguments[@]}"
`;

/** An ffmpeg that claims to have hardware encoders. Close it to remove its files. */
export class StandInFfmpeg {
  readonly #directory = mkdtempSync(join(tmpdir(), 'rtcbot-stand-in-'));
  readonly path = join(this.#directory, 'ffmpeg');
  /** The root of a machine on which the devices of all hardware are there. */
  readonly sysRoot = this.#directory;

  constructor(encoders: readonly HardwareEncoder[], hardware: Hardware = 'works') {
    this.#write('real', programPath('ffmpeg'));
    this.#write('claimed', encoders.map(name => `${name}\n`).join(''));
    this.#write('calls', '');
    this.#write('ffmpeg', SCRIPT);
    chmodSync(this.path, 0o755);
    mkdirSync(join(this.sysRoot, 'dev'));
    for (const device of ['video11', 'nvidiactl', 'dri']) {
      writeFileSync(join(this.sysRoot, 'dev', device), '');
    }
    this.become(hardware);
  }

  /** From now on its hardware behaves so. */
  become(hardware: Hardware): void {
    this.#write('hardware', hardware);
  }

  /** The arguments of every run beside questions for its abilities, oldest first. */
  get calls(): readonly string[] {
    const text = readFileSync(join(this.#directory, 'calls'), 'utf8');
    return text.split('\n').filter(line => line !== '' && !line.endsWith('-version'));
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#directory, name), text);
  }
}
