import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FfmpegMissingError } from '../../engine/model/errors/errors';
import { SoundMissingError } from '../../engine/model/errors/soundErrors';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import type { Output, OutputOptions } from '../../engine/process/outputOf';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';

const CARD = 'card 1: Device [USB Audio], device 0: USB Audio [USB Audio]\n';
const noFfmpeg = () => new FfmpegFinder({ candidates: () => [] });

/** Answers as a machine on which these programs work and no others do. */
function machine(programs: Readonly<Record<string, string>>) {
  const asked: OutputOptions[] = [];
  const run = async (options: OutputOptions): Promise<Output> => {
    asked.push(options);
    const { program, args } = options;
    const stdout = programs[`${program} ${args.join(' ')}`] ?? programs[program];
    if (stdout !== undefined) return { code: 0, stdout, stderr: '' };
    const error = new Error(`spawn ${program} ENOENT`);
    return { code: undefined, stdout: '', stderr: '', error };
  };
  return { run, asked };
}

describe('SoundFinder', () => {
  for (const { it: sentence, programs, expected } of [
    {
      it: 'takes PulseAudio before all others',
      programs: { pactl: 'Server Name: pulseaudio', 'pw-cli': '', arecord: CARD },
      expected: { backend: 'pulse' },
    },
    {
      it: 'takes the tools of PipeWire where there is no server for those of PulseAudio',
      programs: { 'pw-cli': 'id: 0', 'pw-record': 'Usage:\n  -a, --raw   RAW mode', arecord: CARD },
      expected: { backend: 'pipewire', needsRawOption: true },
    },
    {
      it: 'knows tools of PipeWire that always read and write bare PCM',
      programs: { 'pw-cli': 'id: 0', 'pw-record': 'Usage:\n  -h, --help' },
      expected: { backend: 'pipewire', needsRawOption: false },
    },
    {
      it: 'takes ALSA where there is a card and no server',
      programs: { arecord: CARD, aplay: CARD },
      expected: { backend: 'alsa' },
    },
    {
      it: 'takes ALSA for a card that only plays',
      programs: { arecord: '', aplay: CARD },
      expected: { backend: 'alsa' },
    },
  ]) {
    it(sentence, async () => {
      const { run } = machine(programs);
      const finder = new SoundFinder({ run, ffmpeg: noFfmpeg(), platform: 'linux' });
      assert.deepEqual(await finder.find(), expected);
    });
  }

  for (const { it: sentence, platform, programs, format } of [
    {
      it: 'takes ffmpeg on Linux where a card has no tools',
      platform: 'linux',
      programs: { cat: ' 0 [PCH     ]: HDA-Intel - HDA Intel PCH' },
      format: 'alsa',
    },
    { it: 'takes ffmpeg on macOS', platform: 'darwin', programs: {}, format: 'avfoundation' },
    { it: 'takes ffmpeg on Windows', platform: 'win32', programs: {}, format: 'dshow' },
  ] as const) {
    it(sentence, async () => {
      const { run } = machine(programs);
      const { backend, ffmpeg } = await new SoundFinder({ run, platform }).find();
      assert.equal(backend, 'ffmpeg');
      assert.equal(ffmpeg?.format, format);
      assert.ok((ffmpeg?.libavformat ?? 0) >= 58);
    });
  }

  it('names the reasons and the cure where nothing works', async () => {
    const { run } = machine({ cat: '--- no soundcards ---', arecord: '', aplay: '' });
    const finder = new SoundFinder({ run, ffmpeg: noFfmpeg(), platform: 'linux' });
    await assert.rejects(finder.find(), (error: unknown) => {
      assert.ok(error instanceof SoundMissingError);
      assert.match(error.message, /pactl: not installed; .*arecord: no sound card/);
      assert.match(error.message, /sudo apt install pulseaudio-utils alsa-utils/);
      return true;
    });
  });

  it('says on macOS that ffmpeg is missing', async () => {
    const { run } = machine({});
    const finder = new SoundFinder({ run, ffmpeg: noFfmpeg(), platform: 'darwin' });
    await assert.rejects(finder.find(), FfmpegMissingError);
  });

  it('looks once, but again after a failure and when it is told to forget', async () => {
    const programs: Record<string, string> = {};
    const { run, asked } = machine(programs);
    const finder = new SoundFinder({ run, ffmpeg: noFfmpeg(), platform: 'linux' });
    await assert.rejects(finder.find(), SoundMissingError);
    programs.pactl = 'Server Name: pulseaudio';
    assert.equal((await finder.find()).backend, 'pulse');
    const before = asked.length;
    assert.equal(await finder.find(), await finder.find());
    assert.equal(asked.length, before);
    finder.forget();
    delete programs.pactl;
    programs.arecord = CARD;
    assert.equal((await finder.find()).backend, 'alsa');
  });

  it('takes what the user chose without trying others', async () => {
    const { run, asked } = machine({ pactl: 'Server Name: pulseaudio' });
    const finder = new SoundFinder({ run, platform: 'linux' });
    for (const backend of ['alsa', 'pulse', 'naudiodon'] as const) {
      assert.deepEqual(await finder.find(backend), { backend });
    }
    assert.deepEqual(asked, []);
    assert.deepEqual(await finder.find('pipewire'), { backend: 'pipewire', needsRawOption: false });
    assert.equal((await finder.find('ffmpeg')).ffmpeg?.format, 'alsa');
  });

  it('asks in English, within seconds', async () => {
    const { run, asked } = machine({ pactl: '' });
    await new SoundFinder({ run, env: { LANG: 'de_DE', HOME: '/h' }, platform: 'linux' }).find();
    assert.deepEqual(asked[0]?.env, { LANG: 'de_DE', HOME: '/h', LC_ALL: 'C' });
    assert.ok((asked[0]?.timeoutMs ?? Number.POSITIVE_INFINITY) <= 5000);
  });
});
