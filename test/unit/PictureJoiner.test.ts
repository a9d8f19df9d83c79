import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { H264Passthrough } from '../../engine/capture/H264Passthrough';
import type { Picture } from '../../engine/capture/Picture';
import { FlvWriter } from '../../engine/media/codec/FlvWriter';
import { isSlice, joinNals, nalType, nalUnits } from '../../engine/media/h264/h264';
import { codedPictures } from '../streams/codedPictures';
import { eachApart, type Packet, setsBetweenSlices, smallSlicesApart } from '../streams/partsApart';
import { twoParameterSets } from '../streams/twoParameterSets';
import { decodedPictures, fileOf } from '../support/codedUnits';
import { ManualClock } from '../support/ManualClock';
import { unitOf } from '../support/unitOf';

/** What becomes of a stream in FLV, one tag a packet, handed over in the rhythm of its times. */
class Rig {
  readonly clock = new ManualClock();
  readonly pictures: Picture[] = [];
  /** When each picture was given, in ms. */
  readonly givenMs: number[] = [];
  readonly #writer = new FlvWriter();
  readonly #passthrough = new H264Passthrough(
    {
      picture: picture => {
        this.pictures.push(picture);
        this.givenMs.push(this.clock.now());
      },
      refused: reason => assert.fail(reason),
    },
    { clock: this.clock },
  );

  constructor(packets: readonly Packet[]) {
    const sets = packets.flatMap(({ nals }) => nals).filter(nal => [7, 8].includes(nalType(nal)));
    this.#passthrough.push(this.#writer.start(sets.slice(0, 2)));
    for (const { nals, timeMs } of packets) {
      this.clock.advance(timeMs - this.clock.now());
      this.#tag(joinNals(nals), timeMs);
    }
    this.#passthrough.end();
    assert.equal(this.clock.pending, 0);
  }

  get slices(): string[] {
    return this.pictures.map(({ data }) => [...nalUnits(data)].filter(isSlice).map(hex).join(' '));
  }

  /** FlvWriter itself would make each time rise. */
  #tag(data: Buffer, timeMs: number): void {
    const [header = Buffer.alloc(0), ...rest] = new FlvWriter().unit(data, false, 0);
    header.writeUIntBE(timeMs, 4, 3);
    for (const part of [header, ...rest]) this.#passthrough.push(part);
  }
}

const hex = (nal: Buffer) => nal.toString('hex');
const slicesOf = (packets: readonly Packet[], timeMs: (packet: Packet) => number) => {
  const pictures = new Map<number, string[]>();
  for (const packet of packets) {
    const slices = packet.nals.filter(isSlice).map(hex);
    const at = timeMs(packet);
    if (slices.length > 0) pictures.set(at, [...(pictures.get(at) ?? []), ...slices]);
  }
  return [...pictures.values()].map(slices => slices.join(' '));
};
const decoded = (pictures: readonly Picture[]) =>
  decodedPictures('H264', fileOf(pictures.map(({ data }) => unitOf({ codec: 'H264', data }))));

describe('A picture that comes in several packets', () => {
  for (const { it: sentence, packets } of [
    { it: 'a NAL unit each', packets: eachApart() },
    { it: 'parameter sets between its slices', packets: setsBetweenSlices() },
    { it: 'any number of slices', packets: smallSlicesApart() },
  ]) {
    it(`is whole, and one: ${sentence}`, () => {
      const rig = new Rig(packets);
      const expected = slicesOf(packets, ({ timeMs }) => Math.floor(timeMs / 40));
      assert.equal(expected.length, 12);
      assert.deepEqual(rig.slices, expected);
      assert.equal(decoded(rig.pictures), 12);
    });
  }

  it('is one although its packets have other times, as where they tell when each came', () => {
    const packets = eachApart().map((packet, index) => ({ ...packet, timeMs: index * 5 }));
    assert.equal(decoded(new Rig(packets).pictures), 12);
  });

  it('does not wait for the next once its slices can be foretold', () => {
    const packets = eachApart({ pictures: 18 });
    const late = new Rig(packets).givenMs.map((ms, index) => ms - index * 40);
    // Keyframes are among the first of their kind up to the third.
    assert.deepEqual(
      late.filter((_, index) => index > 6 && index % 6 !== 0),
      Array.from({ length: 10 }, () => 0),
    );
    assert.ok(late.every(ms => ms <= 40));
  });

  it('is given again, whole, where a part of a keyframe came when none was expected', () => {
    const whole = codedPictures({ pictures: 6 });
    const packets: Packet[] = whole.map((nals, index) => ({ nals, timeMs: index * 40 }));
    const apart = eachApart({ pictures: 6 }).map(packet => ({
      ...packet,
      timeMs: packet.timeMs + 240,
    }));
    const rig = new Rig([...packets, ...apart]);
    // The torn one and its whole form.
    assert.equal(rig.pictures.length, 13);
    assert.deepEqual(
      rig.pictures.slice(6, 8).map(({ key }) => key),
      [true, true],
    );
    assert.equal(rig.slices[7]?.split(' ').length, 4);
  });
});

describe('A picture that comes in one packet', () => {
  const whole: Packet[] = codedPictures().map((nals, index) => ({ nals, timeMs: index * 40 }));

  it('is not held up, but for the first by 20 ms', () => {
    const late = new Rig(whole).givenMs.map((ms, index) => ms - index * 40);
    assert.deepEqual(late, [20, ...Array.from({ length: 11 }, () => 0)]);
  });

  it('is one of its own although others came in the same ms', () => {
    const rig = new Rig(whole.map(packet => ({ ...packet, timeMs: 7 })));
    assert.equal(rig.pictures.length, 12);
  });
});

describe('A camera with two SPS and PPS', () => {
  const packets = twoParameterSets().map((nals, index) => ({ nals, timeMs: index * 40 }));

  it('gets all of them before each keyframe, so that viewers may join at any', () => {
    const { pictures } = new Rig(packets);
    assert.equal(decoded(pictures), 8);
    assert.equal(decoded(pictures.slice(3)), 5);
  });
});
