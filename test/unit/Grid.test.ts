import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { I420Canvas, yuvOf } from '../../engine/capture/testPattern/I420Canvas';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { MediaError } from '../../engine/model/errors/errors';
import { Track } from '../../engine/model/Track';
import { Grid } from '../../engine/source/Grid';
import { fitInto, gridLayout } from '../../engine/source/gridLayout';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';

const COLORS = {
  red: yuvOf(1, 0, 0),
  green: yuvOf(0, 1, 0),
  blue: yuvOf(0, 0, 1),
  white: yuvOf(1, 1, 1),
};
type Color = keyof typeof COLORS;

/** A picture of one colour. */
function plain(color: Color, width = 64, height = 36): AccessUnit {
  const canvas = new I420Canvas(width, height);
  canvas.fillRect(0, 0, width, height, COLORS[color]);
  return { codec: 'I420', data: canvas.data, key: true, timestampMs: 0, width, height };
}

/** The name of a pixel's colour. */
function colorAt({ data, width, height }: AccessUnit, x: number, y: number): string {
  const half = width / 2;
  const at = width * height + (y >> 1) * half + (x >> 1);
  const pixel = [data[y * width + x], data[at], data[at + half * (height / 2)]];
  const near = (a = 0, b = 0) => Math.abs(a - b) <= 2;
  for (const [name, { y: luma, u, v }] of Object.entries(COLORS)) {
    if (near(pixel[0], luma) && near(pixel[1], u) && near(pixel[2], v)) return name;
  }
  return near(pixel[0], 16) && near(pixel[1], 128) && near(pixel[2], 128) ? 'black' : String(pixel);
}

/** A grid of 128x72 that is open, and what comes out of it. */
function setUp() {
  const clock = new ManualClock();
  const grid = new Grid({ width: 128, height: 72, frameRate: 25, clock });
  const pictures: AccessUnit[] = [];
  const errors: MediaError[] = [];
  const run = grid.open({
    unit: unit => pictures.push(unit),
    failed: error => errors.push(error),
    ended: () => {},
  });
  const add = async (id: string) => {
    const origin = new ManualOrigin();
    grid.set(id, new Track(origin, { lingerMs: 0, clock }));
    await settled();
    return origin;
  };
  return { clock, grid, pictures, run, add };
}

describe('A Grid', () => {
  it('shows four tracks in the order in which they came', async () => {
    const { clock, pictures, add } = setUp();
    for (const color of Object.keys(COLORS) as Color[]) (await add(color)).run.unit(plain(color));
    clock.advance(40);
    const picture = pictures.at(-1);
    assert.ok(picture);
    assert.deepEqual([picture.width, picture.height], [128, 72]);
    assert.equal(colorAt(picture, 10, 10), 'red');
    assert.equal(colorAt(picture, 100, 10), 'green');
    assert.equal(colorAt(picture, 10, 60), 'blue');
    assert.equal(colorAt(picture, 100, 60), 'white');
    assert.equal(colorAt(picture, 63, 35), 'red');
    assert.equal(colorAt(picture, 64, 36), 'white');
  });

  it('closes up when a track leaves, and one alone has the whole picture', async () => {
    const { clock, grid, pictures, add } = setUp();
    const first = await add('first');
    const second = await add('second');
    first.run.unit(plain('red'));
    second.run.unit(plain('green'));
    clock.advance(40);
    grid.delete('first');
    clock.advance(40);
    await settled();
    const picture = pictures.at(-1);
    assert.ok(picture);
    assert.equal(first.run.closed, true);
    for (const [x, y] of [
      [0, 0],
      [127, 0],
      [0, 71],
      [127, 71],
    ] as const) {
      assert.equal(colorAt(picture, x, y), 'green');
    }
  });

  it('keeps the shape of a picture, with black at its sides, also when that changes', async () => {
    const { clock, pictures, add } = setUp();
    const origin = await add('one');
    origin.run.unit(plain('blue', 64, 36));
    clock.advance(40);
    origin.run.unit(plain('blue', 30, 30));
    clock.advance(40);
    const picture = pictures.at(-1);
    assert.ok(picture);
    assert.equal(colorAt(picture, 10, 36), 'black');
    assert.equal(colorAt(picture, 64, 0), 'blue');
    assert.equal(colorAt(picture, 118, 36), 'black');
  });

  it('puts what several tracks bring into one picture, no more often than it may', async () => {
    const { clock, pictures, add } = setUp();
    const origins = [await add('a'), await add('b'), await add('c')];
    clock.advance(1000);
    const before = pictures.length;
    for (let i = 0; i < 100; i += 1) {
      for (const origin of origins) origin.run.unit(plain('red'));
      clock.advance(10);
    }
    const made = pictures.length - before;
    assert.ok(made >= 24 && made <= 26, `${made} pictures in 1 s`);
  });

  it('never changes a picture that it has given away', async () => {
    const { clock, pictures, add } = setUp();
    const origin = await add('one');
    origin.run.unit(plain('red'));
    clock.advance(40);
    const [first] = pictures;
    assert.ok(first);
    origin.run.unit(plain('blue'));
    clock.advance(40);
    assert.equal(colorAt(first, 64, 36), 'red');
  });

  it('lets go of its tracks when it is closed, and takes them again when it is opened', async () => {
    const { clock, grid, run, add } = setUp();
    const origin = await add('one');
    origin.run.unit(plain('red'));
    await run.close();
    await settled();
    clock.advance(1000);
    await settled();
    assert.equal(origin.run.closed, true);
    assert.equal(clock.pending, 0);
    const again = grid.open({ unit: () => {}, failed: () => {}, ended: () => {} });
    await settled();
    assert.equal(origin.runs.length, 2);
    await again.close();
  });
});

describe('gridLayout', () => {
  for (const { count, columns, rows } of [
    { count: 1, columns: 1, rows: 1 },
    { count: 2, columns: 2, rows: 1 },
    { count: 3, columns: 2, rows: 2 },
    { count: 5, columns: 3, rows: 2 },
    { count: 7, columns: 3, rows: 3 },
  ]) {
    it(`puts ${count} into ${columns} columns and ${rows} rows, all within the picture`, () => {
      const cells = gridLayout(count, 1280, 720);
      assert.equal(cells.length, count);
      assert.equal(new Set(cells.map(({ x }) => x)).size, Math.min(columns, count));
      assert.equal(new Set(cells.map(({ y }) => y)).size, rows);
      for (const { x, y, width, height } of cells) {
        assert.ok(x + width <= 1280 && y + height <= 720);
        assert.deepEqual([x % 2, y % 2, width % 2, height % 2], [0, 0, 0, 0]);
      }
    });
  }

  it('has no cells for nothing', () => assert.deepEqual(gridLayout(0, 1280, 720), []));
});

describe('fitInto', () => {
  const cell = { x: 10, y: 20, width: 100, height: 100 };
  for (const { it: sentence, width, height, place } of [
    {
      it: 'leaves room above and below',
      width: 200,
      height: 100,
      place: { x: 10, y: 44, width: 100, height: 50 },
    },
    {
      it: 'leaves room at the sides',
      width: 100,
      height: 400,
      place: { x: 48, y: 20, width: 24, height: 100 },
    },
    { it: 'enlarges', width: 10, height: 10, place: cell },
    {
      it: 'leaves something of a very long picture',
      width: 5000,
      height: 2,
      place: { x: 10, y: 68, width: 100, height: 2 },
    },
  ]) {
    it(sentence, () => assert.deepEqual(fitInto(cell, width, height), place));
  }
});
