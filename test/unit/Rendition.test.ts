import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { nalType, nalUnits } from '../../engine/media/h264/h264';
import type { AccessUnit, RenditionCodec } from '../../engine/model/AccessUnit';
import { FfmpegMissingError } from '../../engine/model/errors/errors';
import { Track } from '../../engine/model/Track';
import type { Ffmpeg } from '../../engine/process/ffmpeg';
import { Rendition, type RenditionSettings } from '../../engine/source/Rendition';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { Pump } from '../support/Pump';
import { childrenOf } from '../support/processes';
import { settled } from '../support/settled';
import { shownTimes } from '../support/shownTimes';
import { TimedPictures } from '../support/timedPictures';
import { unitOf } from '../support/unitOf';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 15_000;

const noFfmpeg = () => Promise.reject(new FfmpegMissingError());

function transcoders(): string[] {
  return childrenOf(process.pid)
    .map(({ command }) => command.join(' '))
    .filter(line => line.includes('pipe:0'));
}

/** A source that a test drives, and renditions of it. */
class Rig {
  readonly origin = new ManualOrigin();
  readonly source = new Track(this.origin, { lingerMs: 0 });
  readonly failures: string[] = [];
  readonly #renditions: Track[] = [];
  readonly #pumps: Pump[] = [];

  rendition(
    codec: RenditionCodec,
    findFfmpeg: () => Promise<Ffmpeg>,
    clock?: ManualClock,
    settings: Partial<RenditionSettings> = {},
  ) {
    const origin = new Rendition(
      this.source,
      { codec, ...settings },
      { findFfmpeg, spare: false, ...(clock ? { clock } : {}) },
    );
    const track = new Track(origin, { lingerMs: 0 });
    track.on('failed', error => this.failures.push(error.code));
    this.#renditions.push(track);
    const units: AccessUnit[] = [];
    const subscription = track.subscribe({ unit: unit => units.push(unit) });
    return { track, units, subscription };
  }

  /** Feeds the source until the test is over. */
  async feed(next: () => AccessUnit): Promise<void> {
    await waitFor('open source', LIMIT_MS, () => this.origin.runs.length > 0);
    this.#pumps.push(new Pump(() => this.origin.run.unit(next())));
  }

  stopFeeding(): void {
    for (const pump of this.#pumps.splice(0)) pump.stop();
  }

  async close(): Promise<void> {
    this.stopFeeding();
    for (const track of this.#renditions) await track.close();
    await this.source.close();
  }
}

/** Units of H264 as a camera sends them: a keyframe every ten. */
async function recordedH264(find: () => Promise<Ffmpeg>, count: number): Promise<AccessUnit[]> {
  const rig = new Rig();
  const pictures = new TimedPictures();
  const { units } = rig.rendition('H264', find);
  await rig.feed(() => pictures.next());
  await waitFor('recording', LIMIT_MS, () => units.length >= count);
  await rig.close();
  return units.slice(0, count);
}

/** In bytes. */
function largestSlice(units: readonly AccessUnit[]): number {
  const nals = units.flatMap(({ data }) => [...nalUnits(data)]);
  return Math.max(...nals.filter(nal => nalType(nal) <= 5).map(nal => nal.length));
}

for (const { name, find } of FOUND_FFMPEGS) {
  describe(`a Rendition with ${name}`, () => {
    let rig = new Rig();
    afterEach(async () => {
      await rig.close();
      rig = new Rig();
      assert.deepEqual(transcoders(), []);
    });

    for (const to of ['H264', 'VP8', 'JPEG'] as const) {
      it(`makes ${to} of I420, each unit with the capture time of its picture`, async () => {
        const pictures = new TimedPictures();
        const { units } = rig.rendition(to, find);
        await rig.feed(() => pictures.next());
        await waitFor('units', LIMIT_MS, () => units.length >= 10);
        rig.stopFeeding();
        assert.ok(units.every(unit => unit.codec === to && unit.width === 320));
        assert.equal(units[0]?.key, true);
        const times = shownTimes((await find()).path, units);
        assert.deepEqual(
          times,
          units.map(({ timestampMs }) => timestampMs),
        );
      });
    }

    it('makes H264 of JPEG, each unit with the capture time of its picture', async () => {
      const pictures = new TimedPictures();
      const { path } = await find();
      const jpegs = Array.from({ length: 20 }, () => pictures.nextJpeg(path));
      const { units } = rig.rendition('H264', find);
      await rig.feed(() => jpegs.shift() ?? pictures.nextJpeg(path));
      await waitFor('units', LIMIT_MS, () => units.length >= 10);
      rig.stopFeeding();
      assert.deepEqual(
        shownTimes(path, units),
        units.map(({ timestampMs }) => timestampMs),
      );
    });

    for (const to of ['VP8', 'JPEG'] as const) {
      it(`makes ${to} of H264, for who comes late too`, async () => {
        const recorded = await recordedH264(find, 60);
        rig.source.subscribe({ unit: () => {} });
        await waitFor('open source', LIMIT_MS, () => rig.origin.runs.length > 0);
        // The only keyframe is long gone when the rendition is wanted, but the source keeps it.
        rig.origin.makesKeyframes = false;
        for (const unit of recorded.slice(0, 5)) rig.origin.run.unit(unit);
        rig.origin.run.caughtUp = recorded.slice(0, 5);
        const { units } = rig.rendition(to, find);
        let next = 5;
        await rig.feed(() => {
          const unit = recorded[next] as AccessUnit;
          rig.origin.run.caughtUp = recorded.slice(0, next + 1);
          next = Math.min(next + 1, recorded.length - 1);
          return unit;
        });
        await waitFor('units', LIMIT_MS, () => units.length >= 10);
        rig.stopFeeding();
        const { path } = await find();
        assert.deepEqual(
          shownTimes(path, units),
          units.map(({ timestampMs }) => timestampMs),
        );
      });
    }

    it('codes H264 anew whose NAL units are larger than wanted, in slices that fit', async () => {
      const recorded = await recordedH264(find, 40);
      const mostNalBytes = 600;
      const { units } = rig.rendition('H264', find, undefined, { mostNalBytes });
      let next = 0;
      await rig.feed(() => recorded[next++ % recorded.length] as AccessUnit);
      await waitFor('units', LIMIT_MS, () => units.length >= 10);
      rig.stopFeeding();
      assert.ok(largestSlice(units) <= mostNalBytes, `${largestSlice(units)} bytes`);
      assert.ok(largestSlice(recorded) > mostNalBytes);
    });

    it('passes H264 on whose NAL units are as small as wanted', async () => {
      const recorded = await recordedH264(find, 3);
      const { units } = rig.rendition('H264', find, undefined, { mostNalBytes: 60_000 });
      await waitFor('open source', LIMIT_MS, () => rig.origin.runs.length > 0);
      for (const unit of recorded) rig.origin.run.unit(unit);
      assert.deepEqual(units, recorded);
    });

    it('follows a change of size, beginning with a keyframe', async () => {
      const small = new TimedPictures(320, 240);
      const large = new TimedPictures(640, 480);
      const { units } = rig.rendition('H264', find);
      await rig.feed(() => small.next());
      await waitFor('small units', LIMIT_MS, () => units.length >= 3);
      rig.stopFeeding();
      await rig.feed(() => large.next());
      await waitFor('large units', LIMIT_MS, () => (units.at(-1)?.width ?? 0) === 640);
      const first = units.find(({ width }) => width === 640);
      assert.equal(first?.key, true);
      assert.equal(transcoders().length, 1);
    });

    it('follows a change of codec to one that passes', async () => {
      const pictures = new TimedPictures();
      const recorded = await recordedH264(find, 3);
      const { units } = rig.rendition('H264', find);
      await rig.feed(() => pictures.next());
      await waitFor('encoded units', LIMIT_MS, () => units.length >= 3);
      rig.stopFeeding();
      const { length } = units;
      for (const unit of recorded) rig.origin.run.unit({ ...unit, width: 318 });
      assert.deepEqual(
        units.slice(length).map(({ data }) => data),
        recorded.map(({ data }) => data),
      );
      await waitFor('end of the encoder', LIMIT_MS, () => transcoders().length === 0);
    });
  });
}

describe('a Rendition that passes units through', () => {
  it('needs no ffmpeg and hands the units on as they are', async () => {
    const rig = new Rig();
    const { units } = rig.rendition('VP8', noFfmpeg);
    await settled();
    const sent = [unitOf({ key: true }), unitOf()];
    for (const unit of sent) rig.origin.run.unit(unit);
    assert.deepEqual(units, sent);
    assert.deepEqual(rig.failures, []);
    await rig.close();
  });

  it('brings a late subscriber up to date from the newest keyframe on', async () => {
    const rig = new Rig();
    const { track } = rig.rendition('VP8', noFfmpeg);
    await settled();
    const gop = [unitOf({ key: true, timestampMs: 2 }), unitOf({ timestampMs: 3 })];
    for (const unit of [unitOf({ key: true, timestampMs: 1 }), ...gop]) rig.origin.run.unit(unit);
    const late: AccessUnit[] = [];
    track.subscribe({ unit: unit => late.push(unit) });
    assert.deepEqual(late, gop);
    await rig.close();
  });

  it('sends who lost something the units since the newest keyframe again', async () => {
    const rig = new Rig();
    rig.origin.makesKeyframes = false;
    const { subscription, units } = rig.rendition('VP8', noFfmpeg);
    await settled();
    const gop = [unitOf({ key: true, timestampMs: 1 }), unitOf({ timestampMs: 2 })];
    for (const unit of gop) rig.origin.run.unit(unit);
    subscription.requestKeyframe();
    assert.deepEqual(units, [...gop, ...gop]);
    await rig.close();
  });

  it('ends when its source ends, and starts it anew for the next subscriber', async () => {
    const rig = new Rig();
    const clock = new ManualClock();
    const { track } = rig.rendition('VP8', noFfmpeg, clock);
    await settled();
    rig.origin.run.unit(unitOf({ key: true }));
    rig.origin.run.ended();
    clock.advance(0);
    assert.equal(track.state, 'ended');
    await settled();
    track.subscribe({ unit: () => {} });
    await settled();
    assert.equal(rig.origin.runs.length, 2);
    await rig.close();
    assert.equal(clock.pending, 0);
  });
});

describe('a Rendition that must convert without ffmpeg', () => {
  it('fails with the reason, tries again, and works when ffmpeg is there', async () => {
    const [first] = FOUND_FFMPEGS;
    const rig = new Rig();
    const pictures = new TimedPictures();
    let isThere = false;
    const find = () => (isThere && first ? first.find() : noFfmpeg());
    const { units } = rig.rendition('H264', find);
    await rig.feed(() => pictures.next());
    await waitFor('failure', LIMIT_MS, () => rig.failures.length > 0);
    assert.equal(rig.failures[0], 'ffmpeg-missing');
    assert.equal(units.length, 0);
    isThere = true;
    await waitFor('units', LIMIT_MS, () => units.length > 0);
    await rig.close();
    assert.deepEqual(transcoders(), []);
  });
});
