import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import { Device } from '../../client/media/Device';
import {
  type DeviceProblem,
  deviceProblemOf,
  deviceProblemText,
} from '../../client/media/deviceProblem';
import { MediaLine } from '../../client/media/MediaLine';
import { levelOf } from '../../client/media/SoundLevel';
import { settled } from '../support/settled';

describe('deviceProblemOf', () => {
  const rows: { name: string; problem: DeviceProblem }[] = [
    { name: 'NotAllowedError', problem: 'denied' },
    { name: 'SecurityError', problem: 'denied' },
    { name: 'NotFoundError', problem: 'no-device' },
    { name: 'OverconstrainedError', problem: 'no-device' },
    { name: 'NotReadableError', problem: 'busy' },
    { name: 'AbortError', problem: 'busy' },
    { name: 'TypeError', problem: 'failed' },
  ];
  for (const { name, problem } of rows) {
    it(`takes ${name} for ${problem}`, () => assert.equal(deviceProblemOf(name), problem));
  }
});

describe('deviceProblemText', () => {
  it('names the cure of a page that is not secure', () => {
    const text = deviceProblemText('insecure', 'camera');
    assert.equal(text, 'Microphone and camera need https or localhost');
  });

  it('names the device', () => {
    for (const problem of ['denied', 'no-device', 'busy', 'ended', 'failed'] as const) {
      assert.match(deviceProblemText(problem, 'microphone'), /microphone/);
      assert.match(deviceProblemText(problem, 'camera'), /camera/);
    }
  });
});

describe('levelOf', () => {
  const sine = (amplitude: number) => {
    return Array.from({ length: 480 }, (_, n) => amplitude * Math.sin((2 * Math.PI * n) / 48));
  };
  for (const { it: sentence, samples, level } of [
    { it: 'is 0 for silence', samples: sine(0), level: 0 },
    { it: 'is 0 for less than can be heard', samples: sine(0.0005), level: 0 },
    { it: 'is one half 30 dB below full scale', samples: Array(480).fill(10 ** -1.5), level: 0.5 },
    { it: 'is 1 for full scale', samples: Array(480).fill(-1), level: 1 },
    { it: 'is 3 dB less for a sine wave', samples: sine(1), level: 0.95 },
  ]) {
    it(sentence, () => assert.ok(Math.abs(levelOf(samples) - level) < 0.001));
  }
});

describe('a device', () => {
  type Track = MediaStreamTrack & { stopped: boolean };
  const saved = Object.getOwnPropertyDescriptors(globalThis);
  /** What the browser asks its user, to be settled by hand. */
  let asked: { id: unknown; grant(): Track; deny(name: string): void }[] = [];
  let line: MediaLine;
  let device: Device;

  const define = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

  beforeEach(() => {
    asked = [];
    define('isSecureContext', true);
    define('MediaStream', class {});
    define('navigator', {
      mediaDevices: {
        getUserMedia: ({ audio }: { audio: MediaTrackConstraints }) =>
          new Promise((resolve, reject) => {
            asked.push({
              id: audio.deviceId,
              grant() {
                const track = { stopped: false, onended: null } as Track;
                track.stop = () => {
                  track.stopped = true;
                };
                resolve({ getTracks: () => [track] });
                return track;
              },
              deny: name => reject(Object.assign(new Error(), { name })),
            });
          }),
      },
    });
    line = new MediaLine('audio');
    device = new Device('microphone', line);
  });
  after(() => {
    for (const name of ['isSecureContext', 'MediaStream', 'navigator']) {
      const descriptor = saved[name as keyof typeof saved];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  });

  it('sends what the user grants, and lets go of it when stopped', async () => {
    const started = device.start();
    assert.equal(device.state, 'starting');
    const track = asked[0]?.grant();
    assert.equal(await started, true);
    assert.equal(device.state, 'on');
    assert.equal(line.outgoingTrack, track);
    device.stop();
    assert.equal(device.state, 'off');
    assert.equal(line.outgoingTrack, null);
    assert.equal(track?.stopped, true);
  });

  it('asks the user once, however often it is started', async () => {
    const starts = [device.start(), device.start()];
    asked[0]?.grant();
    await Promise.all([...starts, device.start()]);
    assert.equal(asked.length, 1);
  });

  it('lets go of what is granted after it was stopped', async () => {
    const started = device.start();
    device.stop();
    const track = asked[0]?.grant();
    assert.equal(await started, false);
    assert.equal(track?.stopped, true);
    assert.equal(device.state, 'off');
    assert.equal(line.outgoingTrack, null);
  });

  it('says why not, and forgets it when started again', async () => {
    const started = device.start();
    asked[0]?.deny('NotAllowedError');
    assert.equal(await started, false);
    assert.equal(device.problem, 'denied');
    device.start();
    assert.equal(device.problem, undefined);
  });

  it('asks for the one that was chosen', () => {
    device.choose('headset');
    assert.equal(asked.length, 0, 'a choice alone starts nothing');
    device.start();
    assert.deepEqual(asked[0]?.id, { exact: 'headset' });
  });

  it('takes another where the chosen one is gone', async () => {
    device.choose('headset');
    const started = device.start();
    asked[0]?.deny('OverconstrainedError');
    await settled();
    assert.equal(asked[1]?.id, undefined);
    asked[1]?.grant();
    assert.equal(await started, true);
  });

  it('gives way to another one that is chosen while it is on', async () => {
    const started = device.start();
    const first = asked[0]?.grant();
    await started;
    device.choose('headset');
    assert.equal(first?.stopped, true);
    const second = asked[1]?.grant();
    assert.equal(await device.start(), true);
    assert.equal(line.outgoingTrack, second);
    device.choose('headset');
    assert.equal(second?.stopped, false, 'it is that one already');
  });

  it('does not ask the user of a page that is not secure', async () => {
    define('isSecureContext', false);
    assert.equal(await device.start(), false);
    assert.equal(device.problem, 'insecure');
    assert.equal(asked.length, 0);
  });

  it('is off with a problem when it is unplugged', async () => {
    const started = device.start();
    const track = asked[0]?.grant();
    await started;
    track?.onended?.call(track, new Event('ended'));
    assert.equal(device.state, 'off');
    assert.equal(device.problem, 'ended');
    assert.equal(line.outgoingTrack, null);
  });

  it('leaves a track alone that the page put in its place', async () => {
    const started = device.start();
    asked[0]?.grant();
    await started;
    const other = {} as MediaStreamTrack;
    line.putSubscription(other);
    device.stop();
    assert.equal(line.outgoingTrack, other);
  });
});
