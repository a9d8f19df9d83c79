import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { nextFrame } from '../../engine/output/flow/FlowOutputs';
import { Source } from '../../engine/source/Source';
import { codedUnits, decodedPictures, fileOf } from '../support/codedUnits';
import { FOUND_FFMPEGS } from '../support/foundFfmpegs';
import { GroupedOrigin } from '../support/GroupedOrigin';
import { Pump } from '../support/Pump';
import { childrenOf } from '../support/processes';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 30_000;
/** One keyframe, and then none for as long as a test lasts. */
const UNITS = codedUnits('H264', 640, 100_000);
const [KEYFRAME] = UNITS as [AccessUnit];

const converters = () =>
  childrenOf(process.pid).filter(({ command }) => command.join(' ').includes('pipe:0'));

/** A camera with one keyframe for very long, and one viewer who saw it. */
class Rig {
  readonly origin = new GroupedOrigin();
  readonly source: Source;
  readonly first: AccessUnit[] = [];
  #next = 0;
  #pump: Pump | undefined;

  constructor({ find }: (typeof FOUND_FFMPEGS)[number]) {
    this.source = new Source(this.origin, {
      lingerMs: 0,
      findFfmpeg: find,
      spare: false,
      log: text => assert.fail(text),
    });
  }

  get viewers() {
    return this.source.rendition({ codec: 'H264' });
  }

  /** Lets the camera have sent so many units, and then send on at its pace. */
  async run(count: number): Promise<void> {
    this.viewers.subscribe({ unit: unit => this.first.push(unit) });
    await waitFor('open camera', LIMIT_MS, () => this.origin.isOpen);
    for (; this.#next < count; this.#next += 1) this.origin.give(UNITS[this.#next] as AccessUnit);
    this.#pump = new Pump(() => this.#give());
  }

  #give(): void {
    const unit = UNITS[this.#next];
    if (unit) this.origin.give(unit);
    this.#next += 1;
  }

  async close(): Promise<void> {
    this.#pump?.stop();
    await this.source.close();
  }
}

for (const ffmpeg of FOUND_FFMPEGS) {
  describe(`Who comes late to a camera with rare keyframes, with ${ffmpeg.name}`, () => {
    let rig = new Rig(ffmpeg);
    afterEach(async () => {
      await rig.close();
      rig = new Rig(ffmpeg);
      assert.deepEqual(converters(), []);
    });

    for (const { it: sentence, units } of [
      { it: 'is sent a group that is short', units: 20 },
      { it: 'gets a keyframe where the group is too long to be sent', units: 300 },
      { it: 'gets a keyframe where the group is too long to be decoded', units: 450 },
    ]) {
      it(`${sentence}, and can go on from there`, async () => {
        await rig.run(units);
        if (units > 400) await waitFor('decoder', LIMIT_MS, () => rig.source.state.decodes);
        const late: AccessUnit[] = [];
        const track = rig.viewers;
        const subscription = track.subscribe({ unit: unit => late.push(unit) });
        const seen = () => late.slice(late.findIndex(({ key }) => key));
        await waitFor('keyframe', LIMIT_MS, () => late.some(({ key }) => key), { everyMs: 5 });
        await waitFor('pictures', LIMIT_MS, () => seen().length > 30);
        // Nothing from before it was there: what was captured earlier is too much to be sent.
        const [oldest] = late;
        const isGroup = oldest !== undefined && rig.first.indexOf(oldest) === 0;
        assert.equal(isGroup, units < 250);
        assert.equal(decodedPictures('H264', fileOf(seen())), seen().length);
        subscription.close();
      });
    }

    it('lets the camera itself go on at its next keyframe', async () => {
      await rig.run(300);
      const late: AccessUnit[] = [];
      rig.viewers.subscribe({ unit: unit => late.push(unit) });
      await waitFor('keyframe', LIMIT_MS, () => late.some(({ key }) => key));
      const keyframe = rig.origin.give(KEYFRAME);
      assert.equal(late.at(-1), keyframe);
      assert.equal(rig.first.at(-1), keyframe);
      const next = rig.origin.give(UNITS[1] as AccessUnit);
      assert.equal(late.at(-1), next);
      await waitFor('end of the encoder', LIMIT_MS, () => converters().length === 0);
    });

    it('gets a snapshot that is not older than asked for, however far the keyframe', async () => {
      for (const units of [300, 450]) {
        const each = new Rig(ffmpeg);
        await each.run(units);
        const frame = await nextFrame(
          each.source,
          { format: 'jpeg' },
          AbortSignal.timeout(LIMIT_MS),
        );
        assert.equal(frame.width, 320);
        await each.close();
      }
    });

    it('costs a decoder only while somebody else watches', async () => {
      const states: (string | undefined)[] = [];
      rig.source.on('state', ({ decodes }) => states.push(decodes));
      const track = rig.viewers;
      const subscription = track.subscribe({ unit: () => {} });
      await waitFor('open camera', LIMIT_MS, () => rig.origin.isOpen);
      for (const unit of UNITS.slice(0, 450)) rig.origin.give(unit);
      await waitFor('decoder', LIMIT_MS, () => converters().length === 1);
      assert.ok(states.includes('keyframes'));
      subscription.close();
      await waitFor('end of all', LIMIT_MS, () => converters().length === 0 && !rig.origin.isOpen);
      assert.equal(rig.source.state.decodes, undefined);
    });
  });
}
