import { once } from 'node:events';
import { joinNals } from '../../engine/media/h264/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { Track } from '../../engine/model/Track';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import type { PeerGroupOptions, VideoSource } from '../../engine/peer/PeerGroupOptions';
import { ManualOrigin } from './ManualOrigin';
import { unitOf } from './unitOf';
import { WeriftBrowser, type WeriftBrowserOptions } from './WeriftBrowser';
import { waitFor } from './waitFor';

/** How long anything of a group may take, in ms. */
export const LIMIT_MS = 10_000;

const SPS = Buffer.from('6742c01fd9005005bb016a02020280', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');

/** A unit in the form of H264 whose slice holds a text, over and over. */
export function h264Unit(text: string, { key = false, bytes = 5000 } = {}): AccessUnit {
  const slice = Buffer.concat([Buffer.from([key ? 0x65 : 0x41]), Buffer.alloc(bytes, text)]);
  const data = joinNals(key ? [SPS, PPS, slice] : [slice]);
  return unitOf({ codec: 'H264', key, data, timestampMs: performance.now() });
}

/** A group that sends one source, browsers to go with it, and everything that it told. */
export class GroupRig {
  readonly origin = new ManualOrigin();
  readonly track = new Track(this.origin, { lingerMs: 0 });
  readonly group: PeerGroup;
  readonly events: string[] = [];
  readonly codecs: string[] = [];
  readonly #browsers: WeriftBrowser[] = [];

  constructor(options: Partial<PeerGroupOptions> = {}) {
    this.group = new PeerGroup({ latency: 'lowest', maxPeers: 4, ...options });
    this.group.on('connected', () => this.events.push('connected'));
    this.group.on('disconnected', (_, cause) => this.events.push(`disconnected: ${cause}`));
    this.group.on('abandoned', (_, cause) => this.events.push(`abandoned: ${cause}`));
    this.group.on('message', (_, channel, data) => this.events.push(`${channel}: ${data}`));
    this.group.send({ video: [this.source], audio: [] });
  }

  get source(): VideoSource {
    return {
      native: undefined,
      rendition: ({ codec, isSingleNal }) => {
        this.codecs.push(isSingleNal ? `${codec} in single NAL units` : codec);
        return this.track;
      },
    };
  }

  browser(options: WeriftBrowserOptions = {}): WeriftBrowser {
    const browser = new WeriftBrowser(options);
    this.#browsers.push(browser);
    return browser;
  }

  /** A browser after its handshake. */
  async connect(options: WeriftBrowserOptions = {}) {
    const browser = this.browser(options);
    const connected = once(this.group, 'connected');
    const { peer, sdp } = await this.group.answer(await browser.offer());
    await browser.accept(sdp);
    await connected;
    await browser.connected();
    return { browser, peer };
  }

  heard(event: string): Promise<true> {
    return waitFor(event, LIMIT_MS, () => this.events.includes(event), { everyMs: 5 });
  }

  async close(): Promise<void> {
    for (const browser of this.#browsers) await browser.close();
    await this.group.close();
    await this.track.close();
  }
}

/** UDP sockets that are open. */
export const sockets = () =>
  process.getActiveResourcesInfo().filter(each => each === 'UDPWrap').length;
