import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setInterval } from 'node:timers/promises';
import type { AudioUnit } from '../../engine/model/AudioUnit';
import { AudioReceiver } from '../../engine/peer/rtp/receive/AudioReceiver';
import { rtpHeader } from '../../engine/peer/rtp/rtpHeader';
import { SendingPair } from '../support/SendingPair';
import { waitFor } from '../support/waitFor';

/** The table of contents of 20 ms CELT, stereo. */
const TOC = 0xfc;
const SAMPLES = 960;
const FIRST_SEQUENCE = 65_530;
const FIRST_TIMESTAMP = 2 ** 32 - 3000;

/** An Opus packet that says its number. */
const opus = (number: number) => Buffer.from([TOC, number]);

describe('An AudioReceiver', () => {
  const pair = new SendingPair();
  before(() => pair.connect());
  after(() => pair.close());

  function setUp() {
    const units: AudioUnit[] = [];
    const state = { ended: 0 };
    const receiver = new AudioReceiver(pair.received('audio'), pair.receiving);
    const run = receiver.open({
      unit: unit => units.push(unit),
      failed: error => assert.fail(error),
      ended: () => {
        state.ended += 1;
      },
    });
    return { units, run, state };
  }

  let epoch = 0;
  /** Sends these numbered packets in this order, one every few ms; each run starts its sequence anew. */
  async function send(numbers: readonly number[], payload = opus, payloadType?: number) {
    const { ssrc } = pair.stream('OPUS');
    const opusType = pair.received('audio').codecs[0]?.payloadType ?? 0;
    const network = pair.network();
    const left = [...numbers];
    for await (const _ of setInterval(4)) {
      const number = left.shift();
      if (number === undefined) break;
      const position = FIRST_SEQUENCE + epoch + number;
      const header = rtpHeader({
        payloadType: payloadType ?? opusType,
        sequenceNumber: position % 65_536,
        timestamp: (FIRST_TIMESTAMP + number * SAMPLES) % 2 ** 32,
        ssrc,
        marker: false,
        extensions: Buffer.alloc(0),
      });
      network.send(header, payload(number), Math.floor(position / 65_536));
    }
    epoch += 100;
  }

  const numbersOf = (units: readonly AudioUnit[]) => units.map(({ data }) => data[1]);
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
  /** Time from each unit to the next, in ms, to the nearest packet. */
  const steps = (units: readonly AudioUnit[]) =>
    units.slice(1).map((unit, index) => {
      const stepMs = unit.timestampMs - (units[index]?.timestampMs ?? 0);
      return Math.round(stepMs / 20) * 20;
    });

  it('gives Opus packets in their order, over the wraps, 20 ms apart', async () => {
    const { units, run } = setUp();
    await send([0, 1, 3, 2, 4, 5, 6, 7, 7, 9, 8, 10, 11, 12]);
    await waitFor('last packet', 10_000, () => units.length === 13);
    assert.deepEqual(numbersOf(units), upTo(13));
    assert.deepEqual(new Set(steps(units)), new Set([20]));
    const { timestampMs, ...form } = units[5] ?? {};
    assert.deepEqual(form, {
      codec: 'Opus',
      data: opus(5),
      sampleRate: 48_000,
      channels: 2,
      samples: SAMPLES,
    });
    assert.ok(Math.abs((timestampMs ?? 0) - Date.now()) < 2000);
    await run.close();
  });

  it('shows lost packets as a gap in the times', async () => {
    const { units, run } = setUp();
    await send([0, 1, 2, 5, 6, 8, 9]);
    await waitFor('last packet', 10_000, () => units.length === 7);
    assert.deepEqual(numbersOf(units), [0, 1, 2, 5, 6, 8, 9]);
    assert.deepEqual(steps(units), [20, 20, 60, 20, 40, 20]);
    await run.close();
  });

  it('passes over what is no Opus', async () => {
    const { units, run } = setUp();
    await send([0, 1]);
    await send([0], () => Buffer.from([TOC | 3, 0]));
    await send([0], opus, 13);
    await waitFor('packets', 10_000, () => units.length === 2);
    await send([0]);
    await waitFor('the packet behind', 10_000, () => units.length === 3);
    assert.deepEqual(numbersOf(units), [0, 1, 0]);
    await run.close();
  });

  it('listens only while it is open', async () => {
    const { units, run } = setUp();
    await send([0]);
    await waitFor('packet', 10_000, () => units.length === 1);
    await run.close();
    await run.close();
    const arrived = pair.receiving.packetsReceived;
    await send([0, 1, 2]);
    await waitFor('arrival', 10_000, () => pair.receiving.packetsReceived >= arrived + 3);
    assert.equal(units.length, 1);
  });

  it('ends with its peer', async () => {
    const { run, state } = setUp();
    await pair.close();
    await waitFor('end', 10_000, () => state.ended > 0);
    await run.close();
    assert.equal(setUp().state.ended, 1);
  });
});
