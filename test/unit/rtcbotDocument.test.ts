import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { browserApi } from '../support/browserApi';
import { allOf, missingIn, sectionOf, textOf } from '../support/documents';

const document = textOf('docs/coming-from-rtcbot.md');

/** What RTCBot 0.2.5, its last version, makes public: names of its modules, by our section about them. */
const RTCBOT: Readonly<Record<string, readonly string[]>> = {
  Devices: [
    ...['CVCamera', 'PiCamera', 'PiCamera2', 'CVDisplay', 'Microphone', 'Speaker'],
    ...['Gamepad', 'Mouse', 'Keyboard', 'SerialConnection', 'GPS', 'Websocket'],
    ...['width', 'height', 'cameranumber', 'fps', 'preprocessframe', 'rotation', 'hflip', 'vflip'],
    ...['samplerate', 'channels', 'blocksize', 'device'],
  ],
  RTCConnection: [
    ...['RTCConnection', 'getRTCBotJS', 'rtcConfiguration'],
    ...['getLocalDescription', 'setRemoteDescription', 'video', 'audio', 'addDataChannel'],
    ...['onDataChannel', 'getDataChannel', 'subscribe', 'get', 'unsubscribe', 'put_nowait', 'send'],
    ...['putSubscription', 'addTrack', 'onTrack', 'offerToReceive', 'close'],
    ...['onReady', 'onError', 'onClose', 'ready', 'error', 'closed'],
  ],
  'Subscriptions and base classes': [
    ...['MostRecentSubscription', 'EventSubscription', 'CallbackSubscription'],
    ...['GetterSubscription', 'DelayedSubscription', 'RebatchSubscription', 'SubscriptionClosed'],
    ...['baseEventHandler', 'BaseSubscriptionConsumer', 'BaseSubscriptionProducer'],
    ...['SubscriptionConsumer', 'SubscriptionProducer', 'SubscriptionProducerConsumer'],
    ...['ThreadedSubscriptionConsumer', 'ThreadedSubscriptionProducer'],
    ...['ProcessSubscriptionConsumer', 'ProcessSubscriptionProducer'],
    ...['ProcessSubscriptionProducerConsumer', 'subscribe', 'unsubscribe', 'unsubscribeAll', 'get'],
    ...['put_nowait', 'putSubscription', 'stopSubscription'],
  ],
  'In the browser': [
    ...['RTCConnection', 'Websocket', 'Keyboard', 'Gamepad', 'setGamepadRate', 'Queue'],
    ...['getLocalDescription', 'setRemoteDescription', 'subscribe', 'put_nowait', 'close'],
    ...['video', 'audio', 'putSubscription', 'offerToReceive', 'incomingStream', 'outgoingStream'],
  ],
};
const TUTORIALS = [
  ...['Basics', 'WebRTC basics (data)', 'Streaming video and audio', 'Remote control'],
  ...['Connecting over 4G', 'Offloading computation', 'Multiple connections'],
  'Threads and processes',
];

describe('The document for those who know RTCBot', () => {
  for (const [section, names] of Object.entries(RTCBOT)) {
    it(`has a row for each of RTCBot's names: ${section}`, () => {
      const left = allOf(sectionOf(document, section), /^\| ([^|]+) \|/gm).join('\n');
      assert.deepEqual(missingIn(left, names), []);
    });
  }

  it('has a row for each tutorial', () => {
    const rows = allOf(sectionOf(document, 'Tutorials'), /^\| ([^|]+) \|/gm).slice(1);
    assert.deepEqual(rows, TUTORIALS);
  });

  it('promises of the browser library only what it has', () => {
    const section = sectionOf(document, 'In the browser');
    const has = new Set(browserApi().map(({ name }) => name));
    const named = allOf(section, /`(?:new )?rtcbot\.(\w+)/g).filter(name => name !== 'Websocket');
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter(name => !has.has(name)),
      [],
    );
  });

  it('calls nodes by their names in the palette', () => {
    const nodes = readdirSync(join(__dirname, '../../nodes'))
      .filter(name => name.endsWith('.html'))
      .map(name => name.slice(0, -'.html'.length));
    assert.ok(nodes.length >= 6);
    for (const node of nodes) assert.ok(document.includes(`*${node}*`), node);
  });
});
