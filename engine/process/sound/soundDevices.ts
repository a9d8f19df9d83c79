import { entryPoint } from './entryPoint';
import type { SoundDevice } from './SoundDevice';
import type { Run } from './SoundFinder';
import {
  type Direction,
  parseAlsaCards,
  parseAvfoundationMicrophones,
  parseDshowMicrophones,
  parseNaudiodon,
  parsePactl,
  parsePwDump,
} from './soundDeviceTexts';
import type { SoundSystem } from './soundSystem';

/** What can be recorded from, real microphones first. Never rejects: what cannot be found out is left out. */
export function listMicrophones(system: SoundSystem, run: Run): Promise<SoundDevice[]> {
  return listDevices(system, run, 'record');
}

/** What can be played on. Never rejects. ffplay has no choice: none is listed where it plays. */
export function listSpeakers(system: SoundSystem, run: Run): Promise<SoundDevice[]> {
  return listDevices(system, run, 'play');
}

async function listDevices(
  system: SoundSystem,
  run: Run,
  direction: Direction,
): Promise<SoundDevice[]> {
  const isRecord = direction === 'record';
  const say = async (program: string, ...args: string[]) => (await run({ program, args })).stdout;
  switch (system.backend) {
    case 'pulse':
      return pulseDevices(say, direction);
    case 'pipewire':
      return parsePwDump(await say('pw-dump'), direction);
    case 'alsa':
      return parseAlsaCards(await say(isRecord ? 'arecord' : 'aplay', '-l'));
    case 'ffmpeg':
      return isRecord ? ffmpegMicrophones(system, run) : [];
    case 'naudiodon': {
      const { program, args } = entryPoint('capture/microphone/naudiodonRecorder', ['list']);
      return parseNaudiodon(await say(program, ...args), direction);
    }
    default:
      return system.backend satisfies never;
  }
}

async function pulseDevices(
  say: (program: string, ...args: string[]) => Promise<string>,
  direction: Direction,
): Promise<SoundDevice[]> {
  const kind = direction === 'record' ? 'sources' : 'sinks';
  const about = await say('pactl', 'info');
  const devices = parsePactl(await say('pactl', '-f', 'json', 'list', kind), about, direction);
  // Before PulseAudio 16 there is no option -f.
  return devices.length > 0
    ? devices
    : parsePactl(await say('pactl', 'list', kind), about, direction);
}

/** ffmpeg answers on stderr and always ends as failed. On Linux it can only be given names, not list them. */
async function ffmpegMicrophones({ ffmpeg }: SoundSystem, run: Run): Promise<SoundDevice[]> {
  if (!ffmpeg || ffmpeg.format === 'alsa') return [];
  const isMac = ffmpeg.format === 'avfoundation';
  const question = ['-f', ffmpeg.format, '-list_devices', 'true', '-i', isMac ? '' : 'dummy'];
  const { stderr } = await run({ program: ffmpeg.path, args: ['-hide_banner', ...question] });
  return isMac ? parseAvfoundationMicrophones(stderr) : parseDshowMicrophones(stderr);
}
