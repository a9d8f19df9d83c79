import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FfmpegCapture } from '../../../engine/capture/ffmpeg/FfmpegCapture';
import { TestPattern } from '../../../engine/capture/testPattern/TestPattern';
import type { AccessUnit } from '../../../engine/model/AccessUnit';
import type { Origin } from '../../../engine/model/Origin';
import { PeerGroup } from '../../../engine/peer/PeerGroup';
import { FfmpegFinder } from '../../../engine/process/ffmpeg';
import { looseVideo, type MediaTools } from '../../../engine/source/flow/FlowMedia';
import { FlowPictures } from '../../../engine/source/flow/FlowPictures';
import type { Source } from '../../../engine/source/Source';
import { launchChromium } from '../../support/chromium';
import {
  CARD,
  type CardForm,
  cardPixels,
  codedCard,
  MOST_LEVELS,
  pixelsOfUnit,
  type Shade,
  worstField,
} from '../../support/colourCard';
import { launchFirefox } from '../../support/firefox';
import { HttpServer } from '../../support/HttpServer';
import type { TestBrowser, TestPage } from '../../support/TestBrowser';
import { waitFor } from '../../support/waitFor';

const LIMIT_MS = 30_000;
/**
 * Without a graphics card Chromium paints BT.709 by libyuv, whose factor for blue ends at 2.0 where
 * 2.11 is right: it is off by up to 9 for all that is tagged so, from whomever it comes.
 */
const CHROMIUM_709_LEVELS = 10;
const FFMPEG = process.env.FFMPEG_PATH ?? 'ffmpeg';
const SIZE = { width: 320, height: 240 };
const tools: MediaTools = { ffmpeg: new FfmpegFinder(), log: () => {} };

/** Points and their colours. */
type Expected = readonly (readonly [x: number, y: number, shade: Shade])[];
const FIELDS: Expected = CARD.map((shade, index) => [
  ((index % 4) + 0.5) / 4,
  (Math.floor(index / 4) + 0.5) / 2,
  shade,
]);
/** The bars of the test pattern, at 75 %. */
const BARS: Expected = [
  ...([
    [1, 1, 1],
    [1, 1, 0],
    [0, 1, 1],
    [0, 1, 0],
    [1, 0, 1],
    [1, 0, 0],
    [0, 0, 1],
  ] as const),
].map(([red, green, blue], index) => [
  (index + 0.5) / 7,
  0.3,
  [191 * red, 191 * green, 191 * blue],
]);

const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-qp', '10', '-g', '3', '-f', 'matroska'];
const BASELINE = [...X264, '-profile:v', 'baseline'];

describe('colours', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rtcbot-colours-'));
  const closing: (() => unknown)[] = [];
  let ways: { name: string; source: Source; expected: Expected; is709: boolean }[] = [];
  before(() => {
    /** A film of the card as a camera. */
    const film = (name: string, form: CardForm, output: readonly string[]): Source => {
      const path = join(directory, name);
      writeFileSync(path, codedCard(FFMPEG, form, output));
      const options = { source: 'file', path, loop: true } as const;
      return looseVideo(new FfmpegCapture(options, { ffmpeg: tools.ffmpeg }), tools);
    };
    const fromFlow = (format: 'rgb24' | 'jpeg', data: Buffer): Source => {
      const pictures = new FlowPictures(tools);
      const put = () => void pictures.put({ data, format, ...SIZE });
      const timer = setInterval(put, 50);
      closing.push(() => clearInterval(timer));
      return pictures.source;
    };
    const jpeg = ['-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'mjpeg'];
    const full = { ...SIZE, matrix: 'bt601', range: 'pc' } as const;
    const high = { ...SIZE, matrix: 'bt709' } as const;
    const pattern = new TestPattern({ ...SIZE, frameRate: 10 });
    ways = [
      { name: 'raw pixels of a flow', source: fromFlow('rgb24', cardPixels(320, 240)) },
      { name: 'JPEG', source: fromFlow('jpeg', codedCard(FFMPEG, full, jpeg)) },
      {
        name: 'H.264 of BT.709 that is passed on',
        source: film('a.mkv', high, [...BASELINE, '-colorspace', 'bt709']),
        is709: true,
      },
      {
        name: 'H.264 that says nothing and is passed on',
        source: film('b.mkv', { ...SIZE, matrix: 'bt601' }, BASELINE),
      },
      {
        name: 'H.264 of BT.709 that is decoded',
        source: film('c.mkv', high, [...X264, '-bf', '1', '-colorspace', 'bt709']),
        is709: true,
      },
      { name: 'the test pattern', source: looseVideo(pattern, tools), expected: BARS },
    ].map(way => ({ expected: FIELDS, is709: false, ...way }));
  });
  after(async () => {
    for (const close of closing) await close();
    await Promise.all(ways.map(({ source }) => source.close()));
    rmSync(directory, { recursive: true });
  });

  for (const launch of [launchChromium, launchFirefox]) {
    describe(`in ${launch === launchChromium ? 'Chromium' : 'Firefox'}`, () => {
      let browser: TestBrowser;
      let page: TestPage;
      let group: PeerGroup;
      let server: HttpServer;
      let sent: Promise<Source>;
      before(async () => {
        group = new PeerGroup({ latency: 'lowest', maxPeers: 1, wanted: ['video'] });
        group.send({ video: ways.map(({ source }) => source), audio: [] });
        sent = new Promise(resolve =>
          group.once('connected', (_, media) =>
            resolve(looseVideo(media[0]?.origin as Origin, tools)),
          ),
        );
        server = await HttpServer.start(async (request, response) => {
          if (request.method !== 'POST') {
            response.setHeader('content-type', 'text/html').end('<!doctype html><body>');
            return;
          }
          const parts = await request.toArray();
          const { sdp } = await group.answer(Buffer.concat(parts).toString());
          response.end(sdp);
        });
        browser = await launch();
        page = await browser.open(server.url('/'));
        const fields = JSON.stringify(CARD);
        await page.evaluate(`inPage.exchangeCards(${ways.length}, ${fields})`);
      });
      after(async () => {
        await browser?.close();
        await group.close();
        await (await sent).close();
        await server.close();
      });

      it('of all that is sent are shown as they are', async t => {
        for (const [index, { name, expected, is709 }] of ways.entries()) {
          const most = is709 && launch === launchChromium ? CHROMIUM_709_LEVELS : MOST_LEVELS;
          const points = JSON.stringify(expected.map(([x, y]) => [x, y]));
          const worst = await waitFor(`colours of ${name}`, LIMIT_MS, async () => {
            const shown = await page.evaluate<Shade[]>(`inPage.shadesShown(${index}, ${points})`);
            assert.equal(shown.length, expected.length, 'no picture');
            const offs = expected.map(([, , shade], point) =>
              Math.max(...shade.map((level, i) => Math.abs(level - (shown[point]?.[i] ?? -255)))),
            );
            assert.ok(Math.max(...offs) <= most, `${name} is off by ${offs}`);
            return Math.max(0.01, ...offs);
          });
          t.diagnostic(`${name}: off by ${worst.toFixed(1)}`);
        }
      });

      for (const codec of ['JPEG', 'I420'] as const) {
        it(`of what it sends are those of the page, as ${codec}`, async t => {
          const units: AccessUnit[] = [];
          const track = (await sent).rendition({ codec });
          const subscription = track.subscribe({ unit: unit => units.push(unit) });
          const off = await waitFor('colours', LIMIT_MS, () => {
            const unit = units.at(-1);
            if (!unit) return undefined;
            const worst = worstField(pixelsOfUnit(FFMPEG, unit), unit.width, unit.height);
            assert.ok(worst <= MOST_LEVELS, `off by ${worst}`);
            return Math.max(0.01, worst);
          });
          subscription.close();
          t.diagnostic(`off by ${off.toFixed(1)}`);
        });
      }
    });
  }
});
