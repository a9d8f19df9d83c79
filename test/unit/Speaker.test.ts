import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import type { Clock } from '../../engine/model/Clock';
import { systemClock } from '../../engine/model/Clock';
import type { MediaError } from '../../engine/model/errors/errors';
import type { Origin } from '../../engine/model/Origin';
import { Track } from '../../engine/model/Track';
import { Speaker, type SpeakerOptions } from '../../engine/output/speaker/Speaker';
import { Ticker } from '../../engine/output/speaker/Ticker';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';
import { childrenOf } from '../support/processes';
import { SERVER_CHANNELS, SERVER_RATE, SoundServer } from '../support/SoundServer';
import { amplitudeAt, channelOf, frequencyOf, levelDb, tone } from '../support/tones';
import { waitFor } from '../support/waitFor';

/** The compiled engine: what runs in a process of its own runs from there. */
const built = join(__dirname, '../../dist/engine');
/** A null sink begins to play up to 2 s after it was opened. */
const START_MS = 10_000;
/** What is played may take so long to be heard as it should be, on a busy machine. */
const HEAR_MS = 15_000;

describe('A Speaker', { timeout: 120_000 }, () => {
  let server: SoundServer;
  before(async () => {
    server = await SoundServer.start();
  });
  after(() => server.close());

  const open = (options: Partial<SpeakerOptions> = {}): Speaker =>
    new Speaker(
      { device: 'vspk', volume: 1, muted: false, depthMs: 60, ...options },
      { sound: new SoundFinder({ env: server.env }) },
    );

  /** The left channel of what is heard, from the first sound on, without the fading in. */
  const hear = async (ms: number): Promise<Float64Array> => {
    const recording = await server.record(ms + 100);
    return channelOf(recording, SERVER_CHANNELS).subarray(SERVER_RATE / 10);
  };

  /** Listens until this is measured: a busy machine leaves gaps, in any one recording maybe many. */
  const comesTo = (
    wanted: number,
    tolerance: number,
    measure: (heard: Float64Array) => number,
  ): Promise<void> => {
    const measured: number[] = [];
    return waitFor(`${wanted}`, HEAR_MS, async () => {
      measured.push(measure(await hear(300)));
      if (Math.abs((measured.at(-1) ?? 0) - wanted) < tolerance) return true;
      throw new Error(`heard ${measured.join(', ')}`);
    }).then(() => {});
  };
  const amplitudeComesTo = (wanted: number, tolerance: number, frequency = 1000) =>
    comesTo(wanted, tolerance, heard => amplitude(heard, frequency));

  it('plays a tone of a flow, at another rate and in mono, as it was', async () => {
    const speaker = open();
    const stop = sendTone(speaker, { frequency: 1000, sampleRate: 16_000, channels: 1 });
    await live(speaker);
    await comesTo(1000, 10, heard => typical(heard, piece => frequencyOf(piece, SERVER_RATE)));
    // A sine that goes to half of full scale.
    await comesTo(20 * Math.log10(0.5 / Math.SQRT2), 1, heard => typical(heard, levelDb));
    await stop();
    await speaker.close();
  });

  it('plays by naudiodon, which runs in a process of its own, as it is shipped', async () => {
    const Built: typeof Speaker = require(`${built}/output/speaker/Speaker`).Speaker;
    const Finder: typeof SoundFinder = require(`${built}/process/sound/SoundFinder`).SoundFinder;
    const speaker = new Built(
      { device: 'vspk', backend: 'naudiodon', volume: 1, muted: false, depthMs: 60 },
      { sound: new Finder({ env: server.env }) },
    );
    const stop = sendTone(speaker, { frequency: 1000, sampleRate: SERVER_RATE, channels: 2 });
    await live(speaker);
    await amplitudeComesTo(0.5, 0.05);
    await stop();
    await speaker.close();
  });

  it('mixes two tracks, and lets go of the one that is detached', async () => {
    const speaker = open();
    const tracks = [440, 1000].map(frequency => new Track(toneOrigin(frequency), { lingerMs: 0 }));
    for (const [index, track] of tracks.entries()) speaker.attach(String(index), track);
    await live(speaker);
    await comesTo(0.25, 0.03, heard => furthest([440, 1000], heard, 0.25));
    speaker.detach('0');
    await waitFor('end of the first track', 5000, () => tracks[0]?.state === 'idle');
    await amplitudeComesTo(0, 0.01, 440);
    await amplitudeComesTo(0.25, 0.03, 1000);
    await speaker.close();
    await Promise.all(tracks.map(track => track.close()));
  });

  it('changes its volume and mutes while it plays', async () => {
    const speaker = open({ volume: 0.5 });
    const stop = sendTone(speaker, { frequency: 1000, sampleRate: SERVER_RATE, channels: 2 });
    await live(speaker);
    await amplitudeComesTo(0.25, 0.02);
    speaker.setVolume(0.1);
    await amplitudeComesTo(0.05, 0.005);
    speaker.setMuted(true);
    await amplitudeComesTo(0, 0.005);
    speaker.setMuted(false);
    await amplitudeComesTo(0.05, 0.005);
    await stop();
    await speaker.close();
  });

  it('plays whole WAV files one after the other, then closes the device', async () => {
    const speaker = open();
    const pcm = tone({ frequency: 500, sampleRate: 8000, durationMs: 400 });
    const hearing = hear(5000); // from before they begin, whoever of the two is ready first
    speaker.playWav(wavOf(pcm, 8000, 1));
    speaker.playWav(wavOf(pcm, 8000, 1));
    await until(speaker, 'live');
    await until(speaker, 'idle');
    await waitFor('end of the player', 10_000, () => players() === 0);
    const heard = piecesOf(await hearing).map(piece => frequencyOf(piece, SERVER_RATE));
    const right = heard.filter(frequency => Math.abs(frequency / 500 - 1) < 0.01);
    assert.ok(right.length >= 9, `more than one of them: ${heard.join(', ')} Hz`);
    assert.deepEqual(speaker.counters, { played: 40, concealed: 0, droppedLate: 0 });
    await speaker.close();
  });

  it('says so when more than 30 s would wait, and plays what waits already', async () => {
    const speaker = open();
    const pcm = Buffer.alloc(20_000 * 8 * 2);
    const wav = wavOf(pcm, 8000, 1);
    speaker.playWav(wav);
    assert.throws(() => speaker.playWav(wav), { code: 'sound-too-long' });
    assert.throws(() => speaker.play('a', { data: pcm, sampleRate: 8000, channels: 1 }), {
      code: 'sound-too-long',
    });
    await speaker.close();
  });

  it('refuses sound that cannot be, and goes on', async () => {
    const speaker = open();
    for (const form of [
      { sampleRate: Number.NaN, channels: 1 },
      { sampleRate: 48_000, channels: 0 },
    ]) {
      assert.throws(() => speaker.play('a', { data: Buffer.alloc(40), ...form }), {
        code: 'message-unusable',
      });
    }
    assert.throws(() => speaker.playWav(Buffer.from('no sound')), { code: 'wav-unreadable' });
    assert.equal(speaker.state, 'idle');
    await speaker.close();
  });

  it('plays again after the sound server was killed and started anew', async () => {
    const speaker = open();
    const failures: MediaError[] = [];
    speaker.on('failed', error => failures.push(error));
    const stop = sendTone(speaker, { frequency: 1000, sampleRate: SERVER_RATE, channels: 2 });
    await live(speaker);
    await server.kill();
    await waitFor('failure', 15_000, () => failures.length >= 2);
    await server.restart();
    await live(speaker, 30_000);
    await amplitudeComesTo(0.5, 0.03);
    await stop();
    await speaker.close();
    assert.equal(failures[0]?.code, 'sound-server-gone');
  });

  it('tells through which sound system it plays, and nothing of that when it rests', async () => {
    const speaker = open();
    const told: [string, string | undefined][] = [];
    speaker.on('state', (state, backend) => told.push([state, backend]));
    speaker.play('a', { data: Buffer.alloc(8000), sampleRate: 48_000, channels: 1 });
    await until(speaker, 'idle', 15_000);
    await speaker.close();
    assert.deepEqual(told, [
      ['starting', undefined],
      ['live', 'pulse'],
      ['lingering', 'pulse'],
      ['idle', undefined],
    ]);
  });

  it('names a device that does not exist, and is closed while it waits to try again', async () => {
    const speaker = open({ device: 'nowhere' });
    const failed = once(speaker, 'failed');
    speaker.play('a', { data: Buffer.alloc(8000), sampleRate: 48_000, channels: 1 });
    const [error] = await failed;
    assert.equal(error.code, 'sound-device-missing');
    assert.deepEqual(error.facts, { device: 'nowhere' });
    await speaker.close();
    await speaker.close();
    assert.equal(players(), 0);
  });

  it('is closed while it starts', async () => {
    const speaker = open();
    speaker.play('a', { data: Buffer.alloc(8000), sampleRate: 48_000, channels: 1 });
    await speaker.close();
    await waitFor('end of the player', 10_000, () => players() === 0);
  });
});

function live(speaker: Speaker, limitMs = START_MS): Promise<void> {
  return until(speaker, 'live', limitMs);
}

async function until(speaker: Speaker, state: string, limitMs = START_MS): Promise<void> {
  await waitFor(`state ${state}`, limitMs, () => speaker.state === state);
}

/** Length of the pieces in which recordings are looked at: 50 ms, whole periods of all tones here. */
const PIECE = SERVER_RATE / 20;

/** The median over the pieces of a recording: a busy machine leaves gaps, which say nothing. */
function typical(samples: Float64Array, measure: (piece: Float64Array) => number): number {
  const values = piecesOf(samples)
    .map(measure)
    .sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] ?? Number.NaN;
}

function piecesOf(samples: Float64Array): Float64Array[] {
  return Array.from({ length: Math.floor(samples.length / PIECE) }, (_, i) =>
    samples.subarray(i * PIECE, (i + 1) * PIECE),
  );
}

function amplitude(samples: Float64Array, frequency: number): number {
  return typical(samples, piece => amplitudeAt(piece, SERVER_RATE, frequency));
}

/** The amplitude of the frequency that is furthest from what it should be. */
function furthest(frequencies: readonly number[], samples: Float64Array, wanted: number): number {
  const found = frequencies.map(frequency => amplitude(samples, frequency));
  return found.sort((a, b) => Math.abs(b - wanted) - Math.abs(a - wanted))[0] ?? Number.NaN;
}

/** Players of this process that run. */
function players(): number {
  return childrenOf(process.pid).filter(({ name }) => name === 'pacat').length;
}

/** Puts a tone of half the full scale into the speaker, as a flow would, until told to stop. */
function sendTone(
  speaker: Speaker,
  { frequency, sampleRate, channels }: { frequency: number; sampleRate: number; channels: number },
): () => Promise<void> {
  const data = tone({ frequency, sampleRate, channels, durationMs: 20 });
  const ticker = new Ticker(keptAlive, 20, () => speaker.play('a', { data, sampleRate, channels }));
  return async () => ticker.stop();
}

/** Unlike the product's, its timers keep the test running. */
const keptAlive: Clock = {
  now: systemClock.now,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A live source of a quiet tone. */
function toneOrigin(frequency: number): Origin<AudioUnit> {
  const data = tone({ frequency, sampleRate: 48_000, durationMs: 50, amplitude: 0.25 });
  return {
    label: `${frequency} Hz`,
    open(listener) {
      let timestampMs = 0;
      const form = { codec: 'S16LE', sampleRate: 48_000, channels: 1, samples: 2400 } as const;
      const ticker = new Ticker(keptAlive, 50, () => {
        listener.unit({ ...form, data, timestampMs });
        timestampMs += 50;
      });
      return { close: async () => ticker.stop() };
    },
  };
}

/** A WAV file of 16-bit PCM. */
function wavOf(pcm: Buffer, sampleRate: number, channels: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF\0\0\0\0WAVEfmt ', 'latin1');
  header.writeUInt32LE(36 + pcm.length, 4);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
