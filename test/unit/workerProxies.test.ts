import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { EngineEndedError, type MediaError } from '../../engine/model/errors/errors';
import { CaptureProxy } from '../../engine/port/CaptureProxy';
import { ConnectionProxy } from '../../engine/port/ConnectionProxy';
import { SpeakerProxy } from '../../engine/port/SpeakerProxy';
import { TrackHandle } from '../../engine/port/TrackHandle';
import { WorkerLink } from '../../engine/port/WorkerLink';
import { waitFor } from '../support/waitFor';

/** What a proxy asked of the worker. */
interface Asked {
  readonly call: string;
  readonly ask: Readonly<Record<string, unknown>> & { readonly id: string };
}

const directory = mkdtempSync(join(tmpdir(), 'rtcbot-proxies-'));
after(() => rmSync(directory, { recursive: true }));

/** A worker that tells what it is asked as a line of the log, and refuses what has to do with `bad`. */
const REPEATER = join(directory, 'repeater.js');
writeFileSync(
  REPEATER,
  `const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ call, number, ask }) => {
  if (call === 'close') process.exit();
  const text = JSON.stringify({ call, ask });
  parentPort.postMessage({ event: 'log', level: 'debug', text });
  const error = { code: 'setting-invalid', facts: {}, message: 'it is bad' };
  parentPort.postMessage(/bad/.test(text)
    ? { event: 'refused', number, error }
    : { event: 'reply', number, value: { data: new Uint8Array([1, 2]) } });
});`,
);

const ENDED = new EngineEndedError('a flaw');
const NOTE = { code: 'device-busy', facts: { device: 'vmic' }, message: 'vmic is busy' } as const;
const trackOf = (origin: string, id: string) =>
  new TrackHandle({ kind: 'audio', id, origin, label: origin });

let link: WorkerLink;
let asked: Asked[] = [];
beforeEach(() => {
  asked = [];
  link = new WorkerLink(REPEATER, {});
  link.on('note', note => {
    if (note.event === 'log') asked.push(JSON.parse(note.text));
  });
});
afterEach(() => link.close());

const calls = () => asked.map(({ call }) => call);
const whenAsked = (...names: string[]) =>
  waitFor(names.join(', '), 10_000, () => names.every(name => calls().includes(name)), {
    everyMs: 5,
  });

function capture(device = 'vmic'): CaptureProxy {
  const options = { device, sampleRate: 48_000, channels: 1 } as const;
  const settings = { options, lingerMs: 0, chunks: true };
  return new CaptureProxy(link, { kind: 'audio', settings, origin: 'node', label: 'microphone' });
}

function speaker(device = 'vspk'): SpeakerProxy {
  const form = { backend: undefined, volume: 1, muted: false, depthMs: 60 };
  return new SpeakerProxy(link, { device, ...form });
}

/** Both kinds, for what they have in common: `bad` names a device that the worker refuses. */
const KINDS = [
  { name: 'a CaptureProxy', make: capture, open: 'openMicrophone', close: 'closeCapture' },
  { name: 'a SpeakerProxy', make: speaker, open: 'openSpeaker', close: 'closeSpeaker' },
];

for (const { name, make, open, close } of KINDS) {
  describe(name, () => {
    const failuresOf = (proxy: CaptureProxy | SpeakerProxy) => {
      const failures: MediaError[] = [];
      const listen = (error: MediaError) => failures.push(error);
      if (proxy instanceof CaptureProxy) proxy.on('failed', listen);
      else proxy.on('failed', listen);
      return failures;
    };

    it('opens with its id, and again with the same one', async () => {
      const proxy = make();
      proxy.open();
      proxy.open();
      await waitFor(
        'two calls',
        10_000,
        () => asked.filter(each => each.call === open).length === 2,
      );
      assert.ok(asked.every(({ ask }) => ask.id === proxy.id));
      await proxy.close();
    });

    it('tells when it cannot be opened', async () => {
      const proxy = make('bad');
      const failures = failuresOf(proxy);
      proxy.open();
      await waitFor('failure', 10_000, () => failures.length > 0);
      assert.equal(failures[0]?.code, 'setting-invalid');
      await proxy.close();
    });

    it('tells when the engine died', async () => {
      const proxy = make();
      const failures = failuresOf(proxy);
      proxy.engineDied(ENDED);
      assert.deepEqual(failures, [ENDED]);
      await proxy.close();
    });

    it('closes once however often it is asked, tells so, and is silent afterwards', async () => {
      const proxy = make();
      const failures = failuresOf(proxy);
      let closed = 0;
      (proxy as SpeakerProxy).on('closed', () => {
        closed += 1;
      });
      proxy.open();
      const closing = proxy.close();
      proxy.open();
      proxy.engineDied(ENDED);
      await Promise.all([closing, proxy.close()]);
      await proxy.close();
      assert.deepEqual(
        calls().filter(call => call === open || call === close),
        [open, close],
      );
      assert.equal(closed, 1);
      assert.deepEqual(failures, []);
    });

    it('closes though there is no engine any more', async () => {
      const proxy = make();
      await link.close();
      await proxy.close();
      assert.equal(proxy.eventNames().length, 0);
    });
  });
}

describe('what goes into a loudspeaker or a connection', () => {
  const sets = { speaker: 'setSpeakerTracks', connection: 'setTracks' };
  const listed = (call: string) => asked.filter(each => each.call === call).at(-1)?.ask.tracks;

  it('does not list the tracks of peers that have left, 300 of them', async () => {
    const settings = { latency: 'lowest', maxPeers: 4, keyframeIntervalMs: 10_000 } as const;
    const from = new ConnectionProxy(link, settings);
    const connection = new ConnectionProxy(link, settings);
    const loud = speaker();
    from.on('track', (_, track) => {
      loud.addTrack(track);
      connection.addTrack(track);
    });
    loud.addTrack(trackOf('microphone', 'm'));
    for (let visit = 0; visit < 300; visit += 1) {
      const peer = `peer-${visit}`;
      const track = { peer, kind: 'audio', track: `${peer} 0` } as const;
      from.take({ event: 'connected', id: from.id, peer });
      from.take({ event: 'remoteTrack', id: from.id, track });
      from.take({ event: 'disconnected', id: from.id, peer, cause: 'page closed' });
    }
    await loud.setVolume(1);
    await connection.send('all the calls before are through');
    assert.deepEqual(listed(sets.speaker), ['m']);
    assert.deepEqual(listed(sets.connection), []);
    assert.deepEqual(from.remoteTracks, []);
    await Promise.all([from.close(), connection.close(), loud.close()]);
  });

  it('does not list the tracks of a connection that was closed', async () => {
    const from = new ConnectionProxy(link, {
      latency: 'lowest',
      maxPeers: 4,
      keyframeIntervalMs: 10_000,
    });
    const loud = speaker();
    from.on('track', (_, track) => loud.addTrack(track));
    const track = { peer: 'a', kind: 'audio', track: 'a 0' } as const;
    from.take({ event: 'remoteTrack', id: from.id, track });
    await from.close();
    await loud.setVolume(1);
    assert.deepEqual(listed(sets.speaker), []);
    await loud.close();
  });
});

describe('a WorkerLink', () => {
  it('keeps nothing of a call that cannot be sent', async () => {
    const settings = { device: 'vspk', volume: 1, muted: false, depthMs: 60 };
    const strange = { ...settings, uncloneable: () => {} };
    await assert.rejects(link.call('openSpeaker', { id: 'x', settings: strange }), {
      name: 'DataCloneError',
    });
    assert.equal(link.pendingCalls, 0);
  });
});

describe('a CaptureProxy', () => {
  it('has a track with its id, for the wires', () => {
    const proxy = capture();
    const { kind, id, origin, label } = proxy.track;
    assert.deepEqual([kind, id, origin, label], ['audio', proxy.id, 'node', 'microphone']);
  });

  it('gives what the worker says of it, in Buffers', async () => {
    const proxy = capture();
    const told: unknown[] = [];
    proxy.on('state', state => told.push(state.state));
    proxy.on('failed', ({ code, message }) => told.push(`${code}: ${message}`));
    proxy.on('chunk', ({ data }) => told.push(data));
    proxy.on('frame', ({ data }) => told.push(data));
    const data = new Uint8Array([1, 2]);
    const times = { timestampMs: 0, sequence: 0 };
    proxy.take({ event: 'captureState', id: proxy.id, state: { state: 'live' } });
    proxy.take({ event: 'captureFailed', id: proxy.id, error: NOTE });
    const chunk = { data, sampleRate: 48_000, channels: 1, ...times };
    proxy.take({ event: 'chunk', tap: proxy.id, chunk });
    const frame = { data, format: 'gray8', width: 2, height: 1, ...times } as const;
    proxy.take({ event: 'frame', tap: proxy.id, frame });
    const bytes = Buffer.from([1, 2]);
    assert.deepEqual(told, ['live', 'device-busy: vmic is busy', bytes, bytes]);
    await proxy.close();
  });

  it('gives a snapshot in a Buffer', async () => {
    const proxy = capture();
    const { data } = await proxy.snapshot({ format: 'jpeg' });
    assert.deepEqual(data, Buffer.from([1, 2]));
    await proxy.close();
  });
});

describe('a SpeakerProxy', () => {
  it('plays one track of each origin, the newest, also after a restart of the engine', async () => {
    const proxy = speaker();
    proxy.addTrack(trackOf('a', 'a1'));
    proxy.addTrack(trackOf('b', 'b1'));
    proxy.addTrack(trackOf('a', 'a2'));
    proxy.open();
    await whenAsked('openSpeaker');
    await waitFor('tracks', 10_000, () => asked.at(-1)?.call === 'setSpeakerTracks');
    assert.deepEqual(asked.at(-1)?.ask.tracks, ['a2', 'b1']);
    await proxy.close();
  });

  it('opens again as loud as it was set', async () => {
    const proxy = speaker();
    await proxy.setVolume(0.25);
    await proxy.setMuted(true);
    proxy.open();
    await whenAsked('setVolume', 'setMuted', 'openSpeaker');
    const opened = asked.find(({ call }) => call === 'openSpeaker')?.ask.settings;
    const expected = { device: 'vspk', volume: 0.25, muted: true, depthMs: 60 };
    assert.deepEqual(opened, expected);
    await proxy.close();
  });

  it('hands sound over in memory of its own, and leaves that of the message alone', async () => {
    const proxy = speaker();
    const data = Buffer.from('a long message').subarray(2, 6);
    await proxy.play('peer', { data, sampleRate: 8000, channels: 1 });
    await proxy.playWav(data);
    assert.equal(data.toString(), 'long');
    const bytes = { 0: 108, 1: 111, 2: 110, 3: 103 };
    const [played, wav] = asked;
    assert.deepEqual(played?.ask.pcm, { data: bytes, sampleRate: 8000, channels: 1 });
    assert.equal(played?.ask.stream, 'peer');
    assert.deepEqual(wav?.ask.wav, bytes);
    await proxy.close();
  });

  it('passes on what the engine refuses', async () => {
    const proxy = speaker();
    const pcm = { data: Buffer.alloc(2), sampleRate: 8000, channels: 1 };
    await assert.rejects(proxy.play('bad', pcm), { code: 'setting-invalid' });
    await proxy.close();
  });

  it('gives what the worker says of it', async () => {
    const proxy = speaker();
    const told: string[] = [];
    proxy.on('state', (state, backend) => told.push(`${state} by ${backend}`));
    proxy.on('failed', ({ code }) => told.push(code));
    proxy.take({ event: 'outputState', id: proxy.id, state: 'live', backend: 'pulse' });
    proxy.take({ event: 'outputFailed', id: proxy.id, error: NOTE });
    assert.deepEqual(told, ['live by pulse', 'device-busy']);
    await proxy.close();
  });
});
