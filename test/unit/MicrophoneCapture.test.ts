import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  MicrophoneCapture,
  type MicrophoneOptions,
} from '../../engine/capture/microphone/MicrophoneCapture';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { type Clock, epochMs, systemClock } from '../../engine/model/Clock';
import type { MediaError } from '../../engine/model/errors/errors';
import type { OriginRun } from '../../engine/model/Origin';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';
import { ManualClock } from '../support/ManualClock';
import { childrenOf } from '../support/processes';
import { SoundServer } from '../support/SoundServer';
import { channelOf, frequencyOf, levelDb } from '../support/tones';
import { waitFor } from '../support/waitFor';

const dist = join(__dirname, '../../dist/engine');
const limitMs = 20_000;
/** Of the tone that is played into the virtual microphone: half of full scale. */
const LEVEL_DB = -9.03;

/** Opens a microphone and keeps what comes. */
function opened(
  options: MicrophoneOptions,
  {
    sound,
    clock = systemClock,
    Capture = MicrophoneCapture,
  }: { sound: SoundFinder; clock?: Clock; Capture?: typeof MicrophoneCapture },
) {
  const capture = new Capture(options, { sound, clock });
  const units: AudioUnit[] = [];
  const errors: MediaError[] = [];
  const run: OriginRun<AudioUnit> = capture.open({
    unit: unit => units.push(unit),
    failed: error => errors.push(error),
    ended: () => assert.fail('a microphone has no end'),
  });
  return {
    capture,
    run,
    units,
    errors,
    units50: () => waitFor('second of sound', limitMs, () => units.length >= 50),
    failure: () => waitFor('failure', limitMs, () => errors[0]),
  };
}

/** The classes as they are shipped: naudiodon runs in a process of its own, from a compiled file. */
function builtCapture(directory: string): typeof MicrophoneCapture {
  const path = join(directory, 'capture/microphone/MicrophoneCapture.js');
  return (require(path) as { MicrophoneCapture: typeof MicrophoneCapture }).MicrophoneCapture;
}

const recorders = () =>
  childrenOf(process.pid).filter(({ command }) =>
    /parec|arecord|ffmpeg|naudiodonRecorder/.test(command.join(' ')),
  );

describe('MicrophoneCapture', () => {
  let server: SoundServer;
  let sound: SoundFinder;
  let stopTone: () => Promise<void>;
  before(async () => {
    server = await SoundServer.start();
    sound = new SoundFinder({ env: server.env });
    stopTone = server.playTone({ frequency: 1000, amplitude: 0.5 });
  });
  after(async () => {
    await stopTone();
    await server.close();
  });

  const cases: (MicrophoneOptions & { it: string })[] = [
    { it: 'the default microphone, by PulseAudio', sampleRate: 48_000, channels: 1 },
    {
      it: 'a named microphone in stereo at 44100 Hz',
      device: 'vmic',
      sampleRate: 44_100,
      channels: 2,
    },
    { it: 'a microphone at 8000 Hz', device: 'vmic', sampleRate: 8000, channels: 1 },
    { it: 'by ALSA', backend: 'alsa', device: 'vmic', sampleRate: 48_000, channels: 1 },
    { it: 'by ffmpeg', backend: 'ffmpeg', device: 'vmic', sampleRate: 16_000, channels: 2 },
    { it: 'by naudiodon', backend: 'naudiodon', sampleRate: 48_000, channels: 1 },
    {
      it: 'a named microphone by naudiodon',
      backend: 'naudiodon',
      device: 'vmic',
      sampleRate: 24_000,
      channels: 2,
    },
  ];
  for (const { it: what, ...options } of cases) {
    it(`hears a tone with its frequency and level: ${what}`, async () => {
      const { sampleRate, channels, backend = 'pulse' } = options;
      const Capture = backend === 'naudiodon' ? builtCapture(dist) : MicrophoneCapture;
      const { capture, run, units } = opened(options, { sound, Capture });
      assert.equal(capture.backend, undefined);
      let heard: Float64Array = new Float64Array();
      await waitFor('second of the tone', limitMs, () => {
        const pcm = Buffer.concat(units.slice(-50).map(unit => unit.data));
        heard = channelOf(pcm, channels, channels - 1);
        return heard.length === sampleRate && Math.abs(levelDb(heard) - LEVEL_DB) < 1;
      });
      assert.ok(Math.abs(frequencyOf(heard, sampleRate) / 1000 - 1) < 0.01);
      assert.equal(capture.backend, backend);
      for (const unit of units) {
        assert.equal(unit.data.length, (sampleRate / 50) * channels * 2);
        const { codec, samples } = unit;
        assert.deepEqual({ codec, samples }, { codec: 'S16LE', samples: sampleRate / 50 });
        assert.equal(unit.sampleRate, sampleRate);
        assert.equal(unit.channels, channels);
      }
      const steps = units
        .slice(1)
        .map(({ timestampMs }, i) => timestampMs - (units[i]?.timestampMs ?? 0));
      assert.ok(Math.min(...steps) > 0);
      const ageMs = epochMs() - (units.at(-1)?.timestampMs ?? 0);
      assert.ok(ageMs > 0 && ageMs < 1000, `${ageMs} ms`);
      await run.close();
      assert.deepEqual(recorders(), []);
    });
  }

  for (const { it: sentence, options, code } of [
    {
      it: 'fails by its name when there is no such microphone',
      options: { device: 'nobody' },
      code: 'sound-device-missing',
    },
    {
      it: 'fails by its name when ALSA knows no such microphone',
      options: { device: 'plughw:CARD=Nobody,DEV=0', backend: 'alsa' },
      code: 'sound-device-missing',
    },
    {
      it: 'fails by its name when ffmpeg finds no such microphone',
      options: { device: 'plughw:CARD=Nobody,DEV=0', backend: 'ffmpeg' },
      code: 'sound-device-missing',
    },
    {
      it: 'fails by its name when naudiodon knows no such microphone',
      options: { device: 'nobody', backend: 'naudiodon' },
      code: 'sound-device-missing',
    },
  ] as const) {
    it(sentence, async () => {
      const Capture = builtCapture(dist);
      const microphone = opened(
        { sampleRate: 48_000, channels: 1, ...options },
        { sound, Capture },
      );
      const error = await microphone.failure();
      assert.equal(error.code, code, `${error.message} ${error.cause}`);
      assert.equal(error.facts.device, options.device);
      await microphone.run.close();
    });
  }

  it('says how to get naudiodon when that is not installed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'rtcbot-bare-'));
    try {
      cpSync(dist, directory, { recursive: true });
      // The nearest one counts, and this one is empty: there may be another above the directory.
      const nearest = join(directory, 'node_modules/naudiodon');
      mkdirSync(nearest, { recursive: true });
      writeFileSync(join(nearest, 'package.json'), '{"main": "missing.js"}');
      const Capture = builtCapture(directory);
      const options = { backend: 'naudiodon', sampleRate: 48_000, channels: 1 } as const;
      const microphone = opened(options, { sound, Capture });
      assert.match((await microphone.failure()).message, /npm install naudiodon/);
      await microphone.run.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('says so when the chosen program is not installed', async () => {
    const bare = new SoundFinder({ env: { PATH: '/nonexistent' } });
    const microphone = opened(
      { backend: 'alsa', sampleRate: 48_000, channels: 1 },
      { sound: bare },
    );
    const error = await microphone.failure();
    assert.equal(error.code, 'sound-missing');
    assert.match(error.message, /arecord could not be started/);
    await microphone.run.close();
  });

  it('fails when a microphone falls silent for 3 s, and frees what hangs', async () => {
    const clock = new ManualClock();
    const microphone = opened({ sampleRate: 48_000, channels: 1 }, { sound, clock });
    await microphone.units50();
    const [recorder] = recorders();
    assert.ok(recorder);
    process.kill(recorder.pid, 'SIGSTOP');
    await waitFor('failure', limitMs, () => {
      clock.advance(500);
      return microphone.errors.length > 0;
    });
    const [error] = microphone.errors;
    assert.equal(error?.code, 'sound-stalled');
    assert.equal(error?.message, 'default microphone sent nothing for 3 s');
    await microphone.run.close();
    assert.deepEqual(recorders(), []);
    assert.equal(clock.pending, 0);
  });

  it('gives nothing after it was closed, even while it starts', async () => {
    const microphone = opened({ sampleRate: 48_000, channels: 1 }, { sound });
    await Promise.all([microphone.run.close(), microphone.run.close()]);
    await sound.find();
    assert.deepEqual(recorders(), []);
    assert.deepEqual([microphone.units, microphone.errors], [[], []]);
  });

  it('fails when the sound server goes, and hears again once it is back', async () => {
    const first = opened({ device: 'vmic', sampleRate: 48_000, channels: 1 }, { sound });
    await first.units50();
    await server.kill();
    assert.equal((await first.failure()).code, 'sound-server-gone');
    await first.run.close();

    const without = opened({ device: 'vmic', sampleRate: 48_000, channels: 1 }, { sound });
    assert.equal((await without.failure()).code, 'sound-missing');
    await without.run.close();

    await server.restart();
    const again = opened({ device: 'vmic', sampleRate: 48_000, channels: 1 }, { sound });
    await again.units50();
    assert.deepEqual(again.errors, []);
    await again.run.close();
  });

  it('fails by its name when the microphone is unplugged', async () => {
    const microphone = opened({ device: 'vmic', sampleRate: 48_000, channels: 1 }, { sound });
    await microphone.units50();
    await server.unplugMicrophone();
    assert.equal((await microphone.failure()).code, 'sound-device-missing');
    await microphone.run.close();
  });
});
