import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { I420Canvas, yuvOf } from '../../engine/capture/testPattern/I420Canvas';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { type Clock, systemClock } from '../../engine/model/Clock';
import type { MediaError } from '../../engine/model/errors/errors';
import type { Origin } from '../../engine/model/Origin';
import { Track } from '../../engine/model/Track';
import { Ticker } from '../../engine/output/speaker/Ticker';
import { Window } from '../../engine/output/window/Window';
import { WINDOW_PROGRAMS, type WindowProgram } from '../../engine/output/window/windowPlayer';
import { childrenOf } from '../support/processes';
import { type Rgb, Screen, shareOf } from '../support/Screen';
import { waitFor } from '../support/waitFor';

const TITLE = 'Robot, view of 100 $';
/** A busy machine needs so long until a player shows its first picture, in ms. */
const SHOW_MS = 20_000;
const RED: Rgb = [255, 0, 0];
const BLUE: Rgb = [0, 0, 255];

describe('A Window', { timeout: 180_000 }, () => {
  let screen: Screen;
  before(async () => {
    screen = await Screen.start();
  });
  after(() => screen.close());

  const open = (options: { programs?: readonly WindowProgram[]; fullScreen?: boolean } = {}) => {
    const { programs = WINDOW_PROGRAMS, fullScreen = false } = options;
    const window = new Window({ title: TITLE, fullScreen, display: screen.display }, { programs });
    const source = new StripedOrigin();
    const track = new Track(source, { lingerMs: 0 });
    const failures: MediaError[] = [];
    window.on('failed', error => failures.push(error));
    const close = async () => {
      await window.close();
      await track.close();
    };
    return { window, source, track, failures, close };
  };

  /** Waits until red and blue each have this part of the screen. */
  const shows = (part: number, limitMs = SHOW_MS) =>
    waitFor(`${Math.round(part * 100)} % of red and of blue`, limitMs, async () => {
      const shot = await screen.screenshot();
      return [RED, BLUE].every(color => Math.abs(shareOf(shot, color) - part) < 0.02);
    });

  const partOf = (width: number, height: number) => (width * height) / (800 * 600) / 2;

  for (const program of WINDOW_PROGRAMS) {
    it(`shows the colours of a track by ${program}, and no window after it was closed`, async () => {
      const { window, track, failures, close } = open({ programs: [program] });
      window.show(track);
      await shows(partOf(320, 240));
      await waitFor('proof that it works', 5000, () => window.state === 'open');
      assert.equal(await screen.windowSize('Robot'), '320x240');
      await close();
      await shows(0, 2000);
      assert.deepEqual(failures, []);
      assert.equal(track.state, 'idle');
      assert.equal(players().length, 0);
    });

    it(`tells by ${program} that the user closed it, and opens again when asked`, async () => {
      const { window, track, failures, close } = open({ programs: [program] });
      window.show(track);
      await shows(partOf(320, 240));
      await screen.type('Robot', 'q');
      await waitFor('end of the player', 5000, () => window.state === 'closed by user');
      assert.equal(track.state, 'idle');
      window.open();
      await shows(partOf(320, 240));
      await close();
      assert.deepEqual(failures, []);
    });

    it(`names a screen that does not answer, by ${program}`, async () => {
      const display = ':4711';
      const window = new Window(
        { title: TITLE, fullScreen: false, display },
        { programs: [program] },
      );
      const track = new Track(new StripedOrigin(), { lingerMs: 0 });
      const failed = once(window, 'failed');
      window.show(track);
      const [error] = await failed;
      await window.close();
      await track.close();
      assert.equal(error.code, 'no-display');
      assert.match(error.message, /:4711/);
    });
  }

  // Players guess from the size what the numbers of a picture mean.
  for (const [program, width, height] of [
    ['mpv', 640, 480],
    ['mpv', 800, 580],
    ['ffplay', 800, 580],
  ] as const) {
    it(`shows the colours of ${width}x${height} as they are, by ${program}`, async () => {
      const { window, source, track, close } = open({ programs: [program] });
      source.size = { width, height };
      window.show(track);
      await shows(partOf(width, height));
      await close();
    });
  }

  it('fills the screen when it is told to', async () => {
    const { window, track, close } = open({ fullScreen: true });
    window.show(track);
    await shows(0.5);
    await close();
  });

  it('follows a change of size', async () => {
    const { window, source, track, failures, close } = open();
    window.show(track);
    await shows(partOf(320, 240));
    source.size = { width: 640, height: 360 };
    await shows(partOf(640, 360));
    await close();
    assert.deepEqual(failures, []);
  });

  it('scales smaller pictures of the same shape up, without another player', async () => {
    const { window, source, track, failures, close } = open();
    source.size = { width: 640, height: 480 };
    window.show(track);
    await shows(partOf(640, 480));
    const before = players();
    const { shown } = window.counters;
    source.size = { width: 320, height: 240 };
    await waitFor('smaller pictures', SHOW_MS, () => window.counters.shown > shown + 20);
    await shows(partOf(640, 480));
    assert.deepEqual(players(), before);
    await close();
    assert.deepEqual(failures, []);
  });

  it('stays with a plain card while there is nothing to show', async () => {
    const { window, track, failures, close } = open();
    window.show(track);
    await shows(partOf(320, 240));
    const before = players();
    window.clear();
    await shows(0);
    assert.equal(await screen.windowSize('Robot'), '320x240');
    window.show(track);
    await shows(partOf(320, 240));
    assert.deepEqual(players(), before);
    await close();
    assert.deepEqual(failures, []);
  });

  it('stays closed, whatever is to be shown, until it is opened', async () => {
    const { window, track, close } = open();
    window.show(track);
    await shows(partOf(320, 240));
    window.hide();
    await shows(0, 2000);
    window.clear();
    window.show(track);
    assert.equal(window.state, 'closed by user');
    assert.equal(track.state, 'idle');
    window.open();
    await shows(partOf(320, 240));
    await close();
  });

  it('comes back after its player was killed', async () => {
    const { window, track, failures, close } = open();
    window.show(track);
    await shows(partOf(320, 240));
    const [pid] = players();
    assert.ok(pid);
    process.kill(pid, 'SIGKILL');
    await waitFor('failure', 10_000, () => failures.length > 0);
    await shows(partOf(320, 240));
    await close();
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['window-failed'],
    );
  });

  it('says that there is no screen where none is set, and tries again', async () => {
    const { DISPLAY, WAYLAND_DISPLAY, ...env } = process.env;
    const window = new Window({ title: TITLE, fullScreen: false }, { env });
    const track = new Track(new StripedOrigin(), { lingerMs: 0 });
    const codes: string[] = [];
    window.on('failed', error => codes.push(error.code));
    window.show(track);
    await waitFor('second attempt', 5000, () => codes.length >= 2);
    assert.equal(window.state, 'backingOff');
    await window.close();
    await window.close();
    await track.close();
    assert.deepEqual([...new Set(codes)], ['no-display']);
  });

  it('says which program to install where there is none', async () => {
    const env = { ...process.env, PATH: '/nowhere' };
    const window = new Window(
      { title: TITLE, fullScreen: false, display: screen.display },
      { env },
    );
    const track = new Track(new StripedOrigin(), { lingerMs: 0 });
    const failed = once(window, 'failed');
    window.show(track);
    const [error] = await failed;
    await window.close();
    await track.close();
    assert.equal(error.code, 'player-missing');
  });
});

/** Unlike the product's, its timers keep the test running. */
const keptAlive: Clock = {
  now: systemClock.now,
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A live source of pictures, red on the left and blue on the right. */
class StripedOrigin implements Origin {
  readonly label = 'stripes';
  size = { width: 320, height: 240 };

  open(listener: Parameters<Origin['open']>[0]) {
    const ticker = new Ticker(keptAlive, 50, () => listener.unit(striped(this.size)));
    return { close: async () => ticker.stop() };
  }
}

function striped({ width, height }: { width: number; height: number }): AccessUnit {
  const canvas = new I420Canvas(width, height);
  canvas.fillRect(0, 0, width / 2, height, yuvOf(1, 0, 0));
  canvas.fillRect(width / 2, 0, width / 2, height, yuvOf(0, 0, 1));
  return { codec: 'I420', data: canvas.data, key: true, timestampMs: 0, width, height };
}

/** The ids of this process's players. */
function players(): number[] {
  const names: readonly string[] = WINDOW_PROGRAMS;
  return childrenOf(process.pid)
    .filter(({ name, command }) => names.includes(name) && command.some(arg => /Robot/.test(arg)))
    .map(({ pid }) => pid);
}
