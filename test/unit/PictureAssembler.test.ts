import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinNals, NAL, nalType, nalUnits } from '../../engine/media/h264/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { H264Depacketizer } from '../../engine/peer/rtp/receive/H264Depacketizer';
import {
  type Depacketizer,
  PictureAssembler,
  type PicturePacket,
  type ReceivedPicture,
} from '../../engine/peer/rtp/receive/PictureAssembler';
import { SequenceWindow } from '../../engine/peer/rtp/receive/SequenceWindow';
import { Vp8Depacketizer } from '../../engine/peer/rtp/receive/Vp8Depacketizer';
import { rtpPayloads } from '../../engine/peer/rtp/send/rtpPayloads';
import { codedUnits } from '../support/codedUnits';
import { ManualClock } from '../support/ManualClock';
import { seededRandom } from '../support/recordings';

const CODECS: readonly {
  name: string;
  units: AccessUnit[];
  depacketizer: () => Depacketizer;
}[] = [
  { name: 'H264', units: codedUnits('H264', 120, 20), depacketizer: () => new H264Depacketizer() },
  { name: 'VP8', units: codedUnits('VP8', 120, 20), depacketizer: () => new Vp8Depacketizer() },
];

function setUp(depacketizer: Depacketizer) {
  const pictures: ReceivedPicture[] = [];
  const state = { needed: 0 };
  const assembler = new PictureAssembler(depacketizer, {
    picture: picture => pictures.push(picture),
    keyframeNeeded: () => {
      state.needed += 1;
    },
  });
  return { assembler, pictures, state };
}

function packetsOf(unit: AccessUnit, index: number, markers = true): PicturePacket[] {
  const payloads = rtpPayloads(unit);
  return payloads.map((payload, position) => ({
    payload,
    timestamp: (4_294_000_000 + index * 3000) % 2 ** 32,
    marker: markers && position === payloads.length - 1,
    arrivalMs: index * 33,
  }));
}

/** What of a unit goes over RTP: x264's SEI does not. */
function sent({ codec, data }: AccessUnit): Buffer {
  if (codec !== 'H264') return data;
  const nals = [...nalUnits(data)].filter(nal => nalType(nal) !== NAL.sei);
  return joinNals(nals);
}

for (const { name, units, depacketizer } of CODECS) {
  describe(`A PictureAssembler for ${name}`, () => {
    it('brings every unit of an encoder through, byte for byte', () => {
      const { assembler, pictures, state } = setUp(depacketizer());
      units.forEach((unit, index) => {
        for (const packet of packetsOf(unit, index)) assembler.push(packet);
        assert.equal(pictures.length, index + 1, 'a picture is complete with its marker');
      });
      pictures.forEach(({ data, ...rest }, index) => {
        const { key, width, height } = units[index] ?? {};
        assert.deepEqual(rest, { key, width, height });
        assert.ok(data.equals(sent(units[index] as AccessUnit)));
      });
      assert.equal(state.needed, 0);
    });

    it('does without markers, by the change of the timestamp', () => {
      const { assembler, pictures } = setUp(depacketizer());
      const all = units.slice(0, 30).flatMap((unit, index) => packetsOf(unit, index, false));
      for (const packet of all) assembler.push(packet);
      assert.equal(pictures.length, 29);
    });

    it('passes over packets that hold nothing but padding', () => {
      const { assembler, pictures } = setUp(depacketizer());
      units.slice(0, 5).forEach((unit, index) => {
        for (const packet of packetsOf(unit, index)) {
          assembler.push(packet);
          assembler.push({ ...packet, payload: Buffer.alloc(0), marker: false });
        }
      });
      assert.equal(pictures.length, 5);
    });

    it('starts with a keyframe and asks for one until it comes', () => {
      const { assembler, pictures, state } = setUp(depacketizer());
      units.slice(15, 25).forEach((unit, index) => {
        for (const packet of packetsOf(unit, index)) assembler.push(packet);
      });
      assert.deepEqual(
        pictures.map(({ key }) => key),
        [true, false, false, false, false],
      );
      assert.equal(state.needed, 5);
    });

    it('drops all from a loss to the next keyframe, whatever packet is lost', () => {
      const two = units.slice(0, 25);
      const all = two.flatMap((unit, index) => packetsOf(unit, index));
      all.forEach((_, lost) => {
        const { assembler, pictures, state } = setUp(depacketizer());
        all.forEach((packet, position) => {
          if (position === lost) assembler.lost();
          else assembler.push(packet);
        });
        const hit = two.findIndex(
          (_unit, index) =>
            packetsOf(two[index] as AccessUnit, index)[0]?.timestamp === all[lost]?.timestamp,
        );
        // A keyframe right behind the loss is not wasted: it shows that it is whole.
        const expected = two.filter((_unit, index) => index < hit || (index >= 20 && hit < 20));
        assert.deepEqual(
          pictures.map(({ data }) => data),
          expected.map(sent),
          `packet ${lost} of unit ${hit}`,
        );
        assert.ok(state.needed > 0);
      });
    });

    it('never lets a torn picture out of a window under loss, disorder and doubles', () => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const random = seededRandom(seed);
        const clock = new ManualClock();
        const { assembler, pictures } = setUp(depacketizer());
        const window = new SequenceWindow<PicturePacket>(
          { packet: packet => assembler.push(packet), lost: () => assembler.lost() },
          { clock },
        );
        let sequence = 65_400;
        const held: (() => void)[] = [];
        units.forEach((unit, index) => {
          for (const packet of packetsOf(unit, index, seed !== 5)) {
            const number = sequence % 65_536;
            sequence += 1;
            if (random() < 0.01) continue;
            const push = () => window.push(number, packet);
            if (random() < 0.1) held.push(push);
            else push();
            if (random() < 0.05) push();
            if (random() < 0.3) held.shift()?.();
            clock.advance(2);
          }
          clock.advance(20);
        });
        clock.advance(200);
        const whole = units.map(sent);
        let last = -1;
        let before = -1;
        assert.ok(pictures.length > 20 && pictures.length < 120, `${pictures.length} pictures`);
        for (const picture of pictures) {
          const index = whole.findIndex((data, at) => at > last && data.equals(picture.data));
          assert.ok(index > last, 'a picture is none of those sent');
          assert.ok(picture.key || index === before + 1, 'a picture refers to one that is missing');
          last = index;
          before = index;
        }
      }
    });

    it('survives garbage', () => {
      const random = seededRandom(9);
      const { assembler } = setUp(depacketizer());
      for (let round = 0; round < 20_000; round += 1) {
        const length = Math.floor(40 * random() ** 2);
        const payload = Buffer.from(Array.from({ length }, () => 256 * random()));
        const timestamp = Math.floor(round / 3);
        assembler.push({ payload, timestamp, marker: random() < 0.2, arrivalMs: round });
        if (random() < 0.01) assembler.lost();
      }
      const { assembler: fresh, pictures } = setUp(depacketizer());
      for (const packet of packetsOf(units[0] as AccessUnit, 0)) fresh.push(packet);
      assert.equal(pictures.length, 1);
    });

    it('gives a picture up that never ends', () => {
      const { assembler, pictures } = setUp(depacketizer());
      const [first, second] = packetsOf(units[0] as AccessUnit, 0, false);
      const payload = Buffer.concat([second?.payload ?? Buffer.alloc(0), Buffer.alloc(60_000)]);
      if (first) assembler.push(first);
      for (let count = 0; count < 300 && second; count += 1) assembler.push({ ...second, payload });
      for (const packet of packetsOf(units[1] as AccessUnit, 1)) assembler.push(packet);
      assert.equal(pictures.length, 0);
      for (const packet of packetsOf(units[20] as AccessUnit, 20)) assembler.push(packet);
      assert.equal(pictures.length, 1);
    });
  });
}
