import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(__dirname, '../../nodes/locales');
const LANGUAGES = ['de', 'ja', 'zh-CN'];

/** The editor shows no more of a status. */
const MOST_CHARACTERS = 20;
/** The widest that the nodes put into their status texts. */
const WIDEST: Readonly<Record<string, string | number>> = {
  ...{ width: 1920, height: 1080, fps: 60, path: 'NVENC' },
  ...{ number: 1000, seconds: 300, via: 'naudiodon', khz: 44.1 },
};

/** What every language leaves as it is: commands, addresses and paths. */
const CODE =
  /sudo [a-z-]+(?: install(?: [a-z0-9-]+)+)?|npm install \w+|rpicam-hello --list-cameras|[a-z]+:\/\/[\w.:/]*|(?<![\w/.])\/[\w./]+/g;

/** Words that no language translates: products, protocols, formats, units, code. */
const NAMES = new Set(
  `alsa amd ffmpeg intel libx264 linux mac mpv naudiodon node-red npm nvidia pi pipewire portaudio
  pulseaudio raspberry rtcbot v4l2 v4l2-ctl rpicam-vid videotoolbox quick sync zero camera module
  gray8 h.264 hdr hls jpeg json mjpeg nvenc pcm rgb rgb24 rgba vaapi wav yuv yuv420p
  http https ip post qr rtsp tcp tls udp usb fps hz kbit mib khz ms p s x y
  audio ca call default display false httpnoderoot id in interface legacy msg.command msg.peer msg.topic
  options
  payload response rtc-connection speaker video wayland-0 wayland_display xdg_runtime_dir`.split(
    /\s+/,
  ),
);

/** Words that are the same in English and in the language. */
const SAME: Readonly<Record<string, string>> = {
  de: `answer auto bit bitrate bits browser byte deploy desktop editor encoder engine firewalls
    float flow format hardware keyframes live login mono motor name node nodes offer offers peer
    peers pixel port rate server software start stereo stream streams subflow token topics track tracks
    variable version zoom`,
  ja: '',
  'zh-CN': 'answer offer',
};

/** Every text of a language by file and key, such as `camera.rtc-camera.label.name`. */
type Texts = ReadonlyMap<string, string>;

const english = textsOf('en-US');

it('The editor speaks en-US and three languages more', () => {
  assert.deepEqual(readdirSync(root).sort(), ['de', 'en-US', 'ja', 'zh-CN']);
  assert.ok(english.size > 300);
});

for (const language of LANGUAGES) {
  const texts = textsOf(language);
  const same = new Set([...NAMES, ...(SAME[language] ?? '').split(/\s+/)]);

  describe(`The catalogs in ${language}`, () => {
    it('have every text of en-US, and no other', () => {
      assert.deepEqual([...texts.keys()].sort(), [...english.keys()].sort());
    });

    it('are nowhere empty', () => {
      const empty = [...texts].filter(([, text]) => text.trim() === '');
      assert.deepEqual(empty, []);
    });

    it('have a place for each value', () => differences(texts, placesOf));

    it('keep commands, addresses and paths', () => differences(texts, codeOf));

    it('keep the bounds that validators name', () => {
      differences(texts, (text, key) => (key.includes('.problem.') ? numbersOf(text) : []));
    });

    it('keep the names of the nodes in the palette', () => {
      differences(texts, (text, key) => (key.endsWith('.paletteLabel') ? [text] : []));
    });

    it('have only status texts that fit under a node', () => {
      const statuses = [...texts].filter(([key]) => /^common\.(status\.|.*\.status$)/.test(key));
      assert.ok(statuses.length > 50);
      const long = statuses.map(([, text]) => fill(text)).filter(text => !fits(text));
      assert.deepEqual(long, []);
    });

    it('leave nothing in English but names and words that both languages have', () => {
      const left = [...texts].flatMap(([key, text]) => {
        if (key.endsWith('.paletteLabel')) return [];
        const there = new Set(wordsOf(english.get(key) ?? ''));
        return wordsOf(text)
          .filter(word => there.has(word) && !same.has(word))
          .map(word => `${key}: ${word}`);
      });
      assert.deepEqual(left, []);
    });
  });
}

/** Fails with the keys of which `partsOf` takes something else from the text than from English. */
function differences(texts: Texts, partsOf: (text: string, key: string) => string[]): void {
  const sorted = (text: string, key: string) => partsOf(text, key).sort().join(' ');
  const differing = [...english]
    .filter(([key, text]) => sorted(text, key) !== sorted(texts.get(key) ?? '', key))
    .map(([key]) => `${key}: ${texts.get(key)}`);
  assert.deepEqual(differing, []);
  assert.ok([...english].some(([key, text]) => sorted(text, key) !== ''));
}

function placesOf(text: string): string[] {
  return [...text.matchAll(/__\w+?__/g)].map(([place]) => place);
}

function codeOf(text: string): string[] {
  return [...text.matchAll(CODE)].map(([code]) => code);
}

function numbersOf(text: string): string[] {
  return [...text.matchAll(/-?\d+(?:\.\d+)?/g)].map(([number]) => number);
}

/** The words in Latin letters, in lower case, of what is neither a place nor code. */
function wordsOf(text: string): string[] {
  const prose = text.replace(/__\w+?__/g, ' ').replace(CODE, ' ');
  const words = prose.matchAll(/\p{Script=Latin}(?:[\p{Script=Latin}\p{N}._-]*[\p{L}\p{N}])?/gu);
  return [...words].map(([word]) => word.toLowerCase());
}

function fill(text: string): string {
  return text.replace(/__(\w+?)__/g, (_, name: string) => String(WIDEST[name]));
}

function fits(text: string): boolean {
  return text.length <= MOST_CHARACTERS && !/undefined|__/.test(text);
}

function textsOf(language: string): Texts {
  const files = readdirSync(join(root, language)).filter(file => file.endsWith('.json'));
  return new Map(
    files.flatMap(file => {
      const catalog: unknown = JSON.parse(readFileSync(join(root, language, file), 'utf8'));
      return leavesOf(catalog, file.replace('.json', ''));
    }),
  );
}

function leavesOf(tree: unknown, key: string): [string, string][] {
  if (typeof tree === 'string') return [[key, tree]];
  assert.ok(typeof tree === 'object' && tree !== null, `${key} is neither a text nor a group`);
  return Object.entries(tree).flatMap(([name, child]) => leavesOf(child, `${key}.${name}`));
}
