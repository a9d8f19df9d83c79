import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { I420Canvas, yuvOf } from '../../engine/capture/testPattern/I420Canvas';
import { fromI420 } from '../../engine/media/picture/pixels';
import type { MediaError } from '../../engine/model/errors/errors';
import type { Frame } from '../../engine/model/Frame';
import { FlowOutputs } from '../../engine/output/flow/FlowOutputs';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { type DisplaySettings, type DisplayState, Displays } from '../../engine/services/Displays';
import { Source } from '../../engine/source/Source';
import { Sources } from '../../engine/source/Sources';
import { ManualOrigin } from '../support/ManualOrigin';
import { waitFor } from '../support/waitFor';

const SIZE = { width: 64, height: 48 };
const COLORS = {
  red: yuvOf(1, 0, 0),
  green: yuvOf(0, 1, 0),
  blue: yuvOf(0, 0, 1),
  white: yuvOf(1, 1, 1),
};
type Color = keyof typeof COLORS;
const PIXELS = { format: 'rgb24' } as const;
const ID = 'display';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A display whose pictures go over HTTP, as pixels, and sources for it. */
async function open(settings: DisplaySettings = { select: 'newest' }) {
  const frames: Frame[] = [];
  const states: DisplayState[] = [];
  const failures: MediaError[] = [];
  const taps: FlowOutputs = new FlowOutputs({
    frame: (tap, frame) => {
      frames.push(frame);
      setImmediate(() => taps.taken(tap));
    },
    chunk: () => {},
  });
  const sources = new Sources();
  const ffmpeg = new FfmpegFinder();
  const displays = new Displays(
    { ffmpeg, sources, taps },
    {
      state: (_, state) => states.push(state),
      failed: (_, error) => failures.push(error),
      log: () => {},
    },
  );
  ends.push(() => displays.closeAll());
  await displays.open(ID, settings);
  displays.setPictures(ID, 'http', PIXELS);

  /** A source that is known by this name, and gives pictures of one colour whenever it is opened. */
  const add = (track: string, color: Color, { pauseMs }: { pauseMs?: number } = {}) => {
    const origin = new ManualOrigin();
    origin.onOpen = run => run.unit(unitOf(color));
    const source = new Source(origin, {
      lingerMs: 0,
      findFfmpeg: () => ffmpeg.find(),
      log: () => {},
      ...(pauseMs === undefined ? {} : { pauseMs }),
    });
    ends.push(() => source.close());
    sources.add(track, { kind: 'video', source });
    return origin;
  };
  const put = (color: Color, peer = '') => {
    const { data } = unitOf(color);
    const payload = fromI420(data, 'rgb24', SIZE);
    const frame = { ...SIZE, ...PIXELS, data: payload };
    void displays.putFrame(ID, frame, peer ? { peer } : {});
  };
  const shows = (color: Color, limitMs = 5000) =>
    waitFor(`${color} picture`, limitMs, () => colorsOf(frames.at(-1)).join() === color);
  const is = (state: DisplayState['state']) =>
    waitFor(`state ${state}`, 5000, () => states.at(-1)?.state === state && states.at(-1));
  return { displays, sources, frames, states, failures, add, put, shows, is };
}

describe('A display', () => {
  it('is ready, and opens no source, until there is one and somebody looks', async () => {
    const { displays, states, add, is } = await open();
    displays.setPictures(ID, 'http', undefined);
    const origin = add('a', 'red');
    displays.setTracks(ID, ['a']);
    assert.deepEqual(states, [{ state: 'ready' }]);
    assert.equal(origin.runs.length, 0);
    displays.setPictures(ID, 'http', PIXELS);
    assert.deepEqual(await is('showing'), { state: 'showing', ...SIZE });
    displays.setPictures(ID, 'http', undefined);
    assert.deepEqual(states.at(-1), { state: 'ready' });
    await waitFor('end of the source', 5000, () => origin.run.closed);
  });

  it('shows the newest of its tracks, and goes on to the one before when that is gone', async () => {
    const { displays, sources, add, shows, is } = await open();
    displays.setTracks(ID, ['a', 'b']);
    add('a', 'red');
    await shows('red');
    add('b', 'green');
    await shows('green');
    sources.remove('b');
    await shows('red');
    sources.remove('a');
    await is('ready');
  });

  it('keeps the last picture of a source that pauses, and says so', async () => {
    const { displays, frames, add, is, shows } = await open();
    const origin = add('a', 'red', { pauseMs: 20 });
    displays.setTracks(ID, ['a']);
    assert.deepEqual(await is('paused'), { state: 'paused', ...SIZE });
    assert.deepEqual(colorsOf(frames.at(-1)), ['red']);
    origin.run.unit(unitOf('blue'));
    await shows('blue');
  });

  it('says that a file has ended', async () => {
    const { displays, add, is } = await open();
    const origin = add('a', 'red');
    displays.setTracks(ID, ['a']);
    await is('showing');
    origin.run.ended();
    await is('ended');
  });

  it('shows what began last, frames or track', async () => {
    const { displays, add, put, shows } = await open();
    add('a', 'red');
    add('b', 'green');
    displays.setTracks(ID, ['a']);
    await shows('red');
    put('blue');
    await shows('blue');
    displays.setTracks(ID, ['a', 'b']);
    await shows('green');
    put('white');
    // They go on, which is no beginning.
    displays.setTracks(ID, ['b']);
    await shows('green');
    displays.setTracks(ID, []);
    await shows('white');
  });

  it('takes a peer whose frames stop for gone, but not a flow whose frames stop', async () => {
    const { put, shows } = await open();
    put('red');
    await shows('red');
    put('green', 'peer');
    await shows('green');
    await shows('red', 10_000);
  });

  it('shows all in a grid, and the last one alone', async () => {
    const { displays, sources, frames, add, put, shows } = await open({ select: 'grid' });
    displays.setTracks(ID, ['a', 'b']);
    add('a', 'red');
    await shows('red');
    add('b', 'green');
    put('blue', 'one');
    put('white', 'two');
    await waitFor('all four', 10_000, () => colorsOf(frames.at(-1)).length === 4);
    sources.remove('b');
    await waitFor('three', 10_000, () => colorsOf(frames.at(-1)).join() === 'red,blue,white');
  });

  it('refuses what is no picture, and holds nothing for it', async () => {
    const { displays, is } = await open();
    const frame = { data: Buffer.from('x'), format: 'jpeg', width: 0, height: 0 } as const;
    await assert.rejects(displays.putFrame(ID, frame, {}), { code: 'message-unusable' });
    await is('ready');
  });

  it('is silent after its end', async () => {
    const { displays, sources, states, frames, add } = await open();
    displays.setTracks(ID, ['a']);
    const origin = add('a', 'red');
    await waitFor('picture', 5000, () => frames.length > 0);
    await displays.close(ID);
    const told = states.length;
    sources.remove('a');
    displays.setTracks(ID, ['a']);
    displays.setWindow(ID, true);
    displays.setPictures(ID, 'http', PIXELS);
    await waitFor('end of the source', 5000, () => origin.run.closed);
    assert.equal(states.length, told);
  });
});

function unitOf(color: Color) {
  const { width, height } = SIZE;
  const canvas = new I420Canvas(width, height);
  canvas.fillRect(0, 0, width, height, COLORS[color]);
  return { codec: 'I420', data: canvas.data, key: true, timestampMs: Date.now(), ...SIZE } as const;
}

/** The colours in a picture of pixels, in the order of `COLORS`. */
function colorsOf(frame: Frame | undefined): Color[] {
  const { data = Buffer.alloc(0) } = frame ?? {};
  const near = (at: number, wanted: readonly number[]) =>
    wanted.every((value, index) => Math.abs((data[at + index] ?? 0) - value) < 16);
  const found = Object.entries({
    red: [255, 0, 0],
    green: [0, 255, 0],
    blue: [0, 0, 255],
    white: [255, 255, 255],
  }).filter(([, wanted]) => {
    for (let at = 0; at < data.length; at += 3) if (near(at, wanted)) return true;
    return false;
  });
  return found.map(([name]) => name as Color);
}
