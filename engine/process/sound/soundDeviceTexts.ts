/** What the sound tools say about devices, turned into values. */
import type { SoundDevice } from './SoundDevice';

/** Which side of the sound system is meant. */
export type Direction = 'record' | 'play';

/**
 * The devices in what `pactl list sources` or `pactl list sinks` says, as JSON or, before
 * PulseAudio 16, in words. What only hears another device's output comes last.
 * @param about what `pactl info` says: it names the default devices
 */
export function parsePactl(text: string, about: string, direction: Direction): SoundDevice[] {
  const role = direction === 'record' ? 'Source' : 'Sink';
  const byDefault = new RegExp(`^Default ${role}: (.+)$`, 'm').exec(about)?.[1]?.trim();
  const devices = (pactlJson(text) ?? pactlWords(text)).map(({ name, description }) => ({
    id: name,
    label: description || name,
    isDefault: name === byDefault,
  }));
  // The server names what hears the sink `x` always `x.monitor`.
  const isMonitor = ({ id }: SoundDevice) => id.endsWith('.monitor');
  return [...devices.filter(device => !isMonitor(device)), ...devices.filter(isMonitor)];
}

/** The devices in what `pw-dump` says. */
export function parsePwDump(text: string, direction: Direction): SoundDevice[] {
  const kinds = direction === 'record' ? /^Audio\/(Source|Duplex)/ : /^Audio\/(Sink|Duplex)/;
  const key = direction === 'record' ? 'default.audio.source' : 'default.audio.sink';
  const objects = arrayIn(text);
  const byDefault = objects
    .flatMap(each => listOf(each.metadata))
    .filter(entry => entry.key === key)
    .map(entry => fieldsOf(entry.value).name)
    .at(-1);
  return objects.flatMap(each => {
    const properties = fieldsOf(fieldsOf(each.info).props);
    const id = properties['node.name'];
    const kind = properties['media.class'];
    if (typeof id !== 'string' || typeof kind !== 'string' || !kinds.test(kind)) return [];
    const label = properties['node.description'];
    return [{ id, label: typeof label === 'string' ? label : id, isDefault: id === byDefault }];
  });
}

/** The devices in what `arecord -l` or `aplay -l` says. Cards go by their names, which stay. */
export function parseAlsaCards(text: string): SoundDevice[] {
  const line = /^card (\d+): (\S+) \[(.*?)\], device (\d+): (.*?) \[(.*?)\]$/gm;
  return Array.from(text.matchAll(line), ([, number, card, name, device, , detail]) => ({
    id: `plughw:CARD=${card},DEV=${device}`,
    label: detail && detail !== name ? `${name}, ${detail}` : (name ?? ''),
    // Unless a configuration says otherwise, ALSA's default is the first card's first device.
    isDefault: number === '0' && device === '0',
  }));
}

/** The microphones in what `ffmpeg -f avfoundation -list_devices true` says. */
export function parseAvfoundationMicrophones(text: string): SoundDevice[] {
  const [, audio = ''] = text.split(/AVFoundation audio devices:/);
  return Array.from(audio.matchAll(/\] \[\d+\] (.+?)\s*$/gm), match => named(match[1] ?? ''));
}

/** The microphones in what `ffmpeg -f dshow -list_devices true` says, before 5.0 and since. */
export function parseDshowMicrophones(text: string): SoundDevice[] {
  const devices: SoundDevice[] = [];
  let inAudio = false;
  for (const line of text.split('\n')) {
    if (/DirectShow (video|audio) devices/.test(line)) inAudio = /DirectShow audio/.test(line);
    const [, name, kind] = /\]\s+"(.+)"(?: \((.+)\))?\s*$/.exec(line) ?? [];
    if (name && (kind ? /audio/.test(kind) : inAudio)) devices.push(named(name));
  }
  // DirectShow knows no default; what is recorded by default is the first one.
  return devices.map((device, index) => ({ ...device, isDefault: index === 0 }));
}

/** The devices in what our naudiodon process says; the native module may say more on other lines. */
export function parseNaudiodon(text: string, direction: Direction): SoundDevice[] {
  const channels = direction === 'record' ? 'maxInputChannels' : 'maxOutputChannels';
  const json = /^devices (\[.*\])$/m.exec(text)?.[1] ?? '[]';
  return arrayIn(json).flatMap(({ name, [channels]: count }) =>
    typeof name === 'string' && typeof count === 'number' && count > 0
      ? [{ ...named(name), isDefault: name === 'default' }]
      : [],
  );
}

interface PactlDevice {
  readonly name: string;
  readonly description: string;
}

function pactlJson(text: string): PactlDevice[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  return arrayIn(text).flatMap(({ name, description }) =>
    typeof name === 'string' ? [{ name, description: String(description ?? '') }] : [],
  );
}

function pactlWords(text: string): PactlDevice[] {
  return text.split(/^(?:Source|Sink) #\d+$/m).flatMap(block => {
    const name = /^\s*Name: (.+)$/m.exec(block)?.[1]?.trim();
    if (!name) return [];
    const description = /^\s*Description: (.+)$/m.exec(block)?.[1]?.trim() ?? '';
    return [{ name, description }];
  });
}

function named(name: string): SoundDevice {
  return { id: name, label: name, isDefault: false };
}

type Fields = Readonly<Record<string, unknown>>;

/** The objects in a JSON array; none if it is none. */
function arrayIn(json: string): Fields[] {
  try {
    return listOf(JSON.parse(json));
  } catch {
    // A tool that answers with something else has no devices for us.
    return [];
  }
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
