import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestPicture } from '../../../engine/capture/testPattern/TestPicture';
import { launchChromium } from '../../support/chromium';
import { launchFirefox } from '../../support/firefox';
import { flowNode, TAB } from '../../support/flowNode';
import { connectionNode } from '../../support/flows';
import { waitForTone } from '../../support/heard';
import { NodeRed } from '../../support/NodeRed';
import { observed, observers } from '../../support/observers';
import { assertLive, type Reading } from '../../support/pictureClock';
import { record, seededRandom } from '../../support/recordings';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { tone } from '../../support/tones';
import { waitFor } from '../../support/waitFor';

/** A size of its own for each, by which the page's pictures tell what they were put in as. */
const FORMS = [
  { format: 'jpeg', width: 640, height: 480 },
  { format: 'yuv420p', width: 320, height: 240 },
  { format: 'rgb24', width: 480, height: 360 },
  { format: 'rgba', width: 640, height: 360 },
  { format: 'gray8', width: 480, height: 270 },
] as const;
type Form = (typeof FORMS)[number];

/** A size takes the place of the one before when that has not come for a second. */
const PICTURES_OF_A_FORM = 36;
/** So many are to be seen as they were put in. */
const PICTURES_SEEN = 6;
/** Longest time between two pictures or two pieces of sound, in ms. */
const LONGEST_PAUSE_MS = 150;
const LIMIT_MS = 30_000;
/** What the browser's statistics tell of the sound that came. */
const SOUND_STREAMS = `document.querySelector('rtcbot-player').session.peerConnection.getStats()
  .then(stats => [...stats.values()].filter(
    ({ type, kind, bytesReceived }) => type === 'inbound-rtp' && kind === 'audio' && bytesReceived > 0
  ).map(({ bytesReceived }) => ({ bytesReceived })))`;
/** A picture is shown that soon, in ms, on a busy machine. */
const BEHIND_LIMIT_MS = 2000;

describe('what a flow puts into a connection without a camera', () => {
  let nodeRed: NodeRed;
  let browser: TestBrowser;
  let page: TestPage;
  before(async () => {
    const connection = connectionNode({ wires: [[], [], [], ['events']] });
    nodeRed = await NodeRed.start({ flows: [TAB, connection, ...putting(), ...observers()] });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  /** Puts a message in: the payload and whatever else it has. */
  async function put(payload: Buffer, fields: object): Promise<void> {
    const query = encodeURIComponent(JSON.stringify(fields));
    const headers = { 'Content-Type': 'application/octet-stream' };
    const address = `${nodeRed.origin}/put?fields=${query}`;
    const response = await fetch(address, {
      method: 'POST',
      body: new Uint8Array(payload),
      headers,
    });
    assert.equal(response.status, 200);
  }

  /** Goes on to put at irregular moments until the check is through. */
  async function putWhile(next: () => Promise<number>, check: () => Promise<unknown>) {
    const isOver = { now: false };
    const putting = (async () => {
      while (!isOver.now) await sleep(await next());
    })();
    try {
      await Promise.race([check(), putting]);
    } finally {
      isOver.now = true;
      await putting;
    }
  }

  it('reaches pages that were there before: picture and sound, without another connection', async () => {
    const firefox = await launchFirefox();
    try {
      const pages = [browser, firefox].map(each => each.open(`${nodeRed.origin}/rtcbot`));
      for (const early of await Promise.all(pages)) await shows(early, 'no-picture', false);
      // A single one, as of a flow that shows a photo.
      await put(picture(FORMS[0], 0), FORMS[0]);
      for (const each of pages) {
        await waitFor('first picture', LIMIT_MS, async () => {
          const size = "document.querySelector('rtcbot-player').video.videoWidth";
          return (await (await each).evaluate<number>(size)) === FORMS[0].width;
        });
      }
      const second = tone({ frequency: 900, sampleRate: 48_000, channels: 1, durationMs: 1000 });
      const next = async () => {
        await put(second, { sampleRate: 48_000, channels: 1 });
        return 900;
      };
      const seen = async () => {
        for (const each of pages) {
          await waitFor('sound button', LIMIT_MS, () => hasSound(each));
          await waitFor('sound', LIMIT_MS, async () => {
            const { length } = await (await each).evaluate<object[]>(SOUND_STREAMS);
            return length === 1;
          });
        }
      };
      await putWhile(next, seen);
      for (const each of pages) {
        const states = await (await each).evaluate<string[]>('inPage.connections()');
        assert.deepEqual(states, ['connected']);
      }
      const { events, errors } = await observed(nodeRed);
      assert.deepEqual(
        events.map(({ payload }) => payload),
        ['connected', 'connected'],
      );
      assert.deepEqual(errors, []);
      await (await pages[0])?.close();
    } finally {
      await firefox.close();
    }
  });

  it('is a live picture in the browser: JPEG and raw, at an irregular rate, of changing size', async () => {
    const random = seededRandom(7);
    let count = 0;
    const next = async () => {
      const form = FORMS[Math.floor(count / PICTURES_OF_A_FORM) % FORMS.length] ?? FORMS[0];
      await put(picture(form, count), form);
      count += 1;
      return random() * LONGEST_PAUSE_MS;
    };
    await putWhile(next, async () => {
      page = await browser.open(`${nodeRed.origin}/rtcbot`);
      await assertLive(page, { limitMs: LIMIT_MS });
      const readings: Reading[] = [];
      await waitFor('pictures of all forms', LIMIT_MS, async () => {
        readings.push(...(await page.evaluate<Reading[]>('inPage.takeReadings()')));
        for (const { format, width, height } of FORMS) {
          const ofForm = readings.filter(each => each.width === width && each.height === height);
          assert.ok(ofForm.length >= PICTURES_SEEN, `${ofForm.length} pictures: ${format}`);
        }
        return true;
      });
      const behind = Math.max(...readings.map(({ seenMs, captureMs }) => seenMs - captureMs));
      assert.ok(behind < BEHIND_LIMIT_MS, `a picture was ${behind} ms behind`);
    });
  });

  for (const { sampleRate, channels, frequency } of [
    { sampleRate: 8000, channels: 1, frequency: 500 },
    { sampleRate: 16_000, channels: 1, frequency: 700 },
    { sampleRate: 22_050, channels: 2, frequency: 1000 },
    { sampleRate: 44_100, channels: 2, frequency: 1300 },
    { sampleRate: 48_000, channels: 1, frequency: 1700 },
  ]) {
    it(`is heard in the browser: ${sampleRate} Hz, ${channels} channel(s), in pieces of any size`, async () => {
      const random = seededRandom(sampleRate);
      // A second of a tone of whole Hz goes on without a seam when it begins again.
      const second = tone({ frequency, sampleRate, channels, durationMs: 1000 });
      const frameBytes = channels * 2;
      const startMs = performance.now();
      let frames = 0;
      const next = async () => {
        const pieceFrames = Math.ceil(random() * LONGEST_PAUSE_MS * (sampleRate / 1000));
        const from = (frames % sampleRate) * frameBytes;
        const piece = second.subarray(from, from + pieceFrames * frameBytes);
        frames += piece.length / frameBytes;
        await put(piece, { sampleRate, channels });
        // As a device delivers: a piece when its last sample is there.
        return Math.max(0, startMs + (frames * 1000) / sampleRate - performance.now());
      };
      await putWhile(next, async () => {
        await waitForTone(page, frequency, LIMIT_MS);
      });
    });
  }

  it('goes through without an error, on few connections', async () => {
    assert.deepEqual((await observed(nodeRed)).errors, []);
    const states = await page.evaluate<string[]>('inPage.connections()');
    assert.equal(states.at(-1), 'connected');
    assert.ok(states.length <= 3, `${states}`);
  });
});

/** Waits until the player of a page shows this state, and its button for the sound or not. */
async function shows(page: TestPage, state: string, sound: boolean): Promise<void> {
  await waitFor(state, LIMIT_MS, () =>
    page.evaluate<boolean>(`document.querySelector('rtcbot-player').state === '${state}'`),
  );
  assert.equal(await hasSound(page), sound);
}

async function hasSound(page: TestPage | Promise<TestPage>): Promise<boolean> {
  const button = "document.querySelector('rtcbot-player').shadowRoot.querySelector('.sound')";
  return (await page).evaluate<boolean>(`!${button}.hidden`);
}

/** A route that makes a message of each request. */
function putting() {
  return [
    flowNode('put', 'http in', { url: '/put', method: 'post', wires: [['make']] }),
    flowNode('make', 'function', {
      func: 'return [{ payload: msg.payload, ...JSON.parse(msg.req.query.fields) }, msg];',
      outputs: 2,
      wires: [['connection'], ['done']],
    }),
    flowNode('done', 'http response'),
  ];
}

const drawers = new Map<Form, TestPicture>();

/** The test picture of this moment, as a message carries it. */
function picture(form: Form, count: number): Buffer {
  const { format, width, height } = form;
  const drawer = drawers.get(form) ?? new TestPicture(width, height, 10);
  drawers.set(form, drawer);
  const i420 = drawer.draw(Date.now(), count);
  // The raw ones that we make are black and white.
  const grey = i420.subarray(0, width * height);
  switch (format) {
    case 'jpeg':
      return jpegOf(i420, width, height);
    case 'yuv420p':
      return i420;
    case 'gray8':
      return grey;
    case 'rgb24':
      return repeated(grey, 3);
    case 'rgba':
      return repeated(grey, 4);
    default:
      return form satisfies never;
  }
}

/** Pixels of so many bytes each: three have the brightness, a fourth is opacity. */
function repeated(grey: Buffer, size: 3 | 4): Buffer {
  const pixels = Buffer.alloc(grey.length * size, 255);
  for (const [index, value] of grey.entries()) {
    pixels.fill(value, index * size, index * size + 3);
  }
  return pixels;
}

function jpegOf(i420: Buffer, width: number, height: number): Buffer {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-video_size', `${width}x${height}`];
  const output = ['-q:v', '3', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', 'pipe:1'];
  const ffmpeg = process.env.FFMPEG_PATH ?? 'ffmpeg';
  return record(ffmpeg, [...input, '-i', 'pipe:0', ...output], i420);
}
