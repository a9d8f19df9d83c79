import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OfferError } from '../../engine/model/errors/errors';
import { checkOffer, stackOffer } from '../../engine/peer/sdp/offer';
import {
  CHROMIUM_DATA_OFFER,
  CHROMIUM_OFFER,
  FIREFOX_OFFER,
  sdpOf,
} from '../support/browserOffers';

const VIDEO = { kind: 'video', mid: '0', receives: true, sends: false };
const OFFERS = { Chromium: CHROMIUM_OFFER, Firefox: FIREFOX_OFFER };

const without = (sdp: string, pattern: RegExp) =>
  sdpOf(sdp.split('\r\n').filter(line => line && !pattern.test(line)));

function refusal(sdp: string): string {
  try {
    checkOffer(sdp);
  } catch (error) {
    assert.ok(error instanceof OfferError, String(error));
    return error.message;
  }
  return '';
}

describe('checkOffer', () => {
  it('reads what Chromium takes', () => {
    const { media } = checkOffer(CHROMIUM_OFFER);
    assert.deepEqual(media, [{ ...VIDEO, codecs: ['H264', 'VP8'] }]);
  });

  it('reads what Firefox takes', () => {
    const { media } = checkOffer(FIREFOX_OFFER);
    assert.deepEqual(media, [{ ...VIDEO, codecs: ['VP8'] }]);
  });

  it('takes an offer of nothing but a data channel', () => {
    assert.deepEqual(checkOffer(CHROMIUM_DATA_OFFER).media, []);
  });

  for (const [browser, sdp] of Object.entries(OFFERS)) {
    it(`takes out of ${browser}'s offer what the stack cannot bear, and nothing else`, () => {
      const before = sdp.split('\r\n');
      const after = new Set(stackOffer(checkOffer(sdp)).sdp.split('\r\n'));
      const gone = before.filter(line => !after.has(line));
      assert.ok(gone.length > 0);
      for (const line of gone) {
        assert.match(line, /\.local |end-of-candidates|transport-cc|transport-wide-cc/);
      }
      const left = [...after].join('\n');
      assert.doesNotMatch(left, /\.local|end-of-candidates|transport-cc|transport-wide-cc/);
    });
  }

  it('knows sections in which the browser wants to be sent nothing', () => {
    for (const direction of ['sendonly', 'inactive']) {
      const { media } = checkOffer(CHROMIUM_OFFER.replace('a=recvonly', `a=${direction}`));
      assert.equal(media[0]?.receives, false);
      assert.equal(media[0]?.sends, direction === 'sendonly');
    }
  });

  it('knows codecs by their names in any case', () => {
    const { media } = checkOffer(CHROMIUM_OFFER.replaceAll('H264', 'h264'));
    assert.deepEqual(media[0]?.codecs, ['H264', 'VP8']);
  });

  it('keeps candidates that are addresses', () => {
    const line = 'a=candidate:1 1 udp 2122260223 192.168.1.20 50123 typ host';
    const sdp = CHROMIUM_OFFER.replace('a=ice-ufrag', `${line}\r\na=ice-ufrag`);
    assert.ok(stackOffer(checkOffer(sdp)).sdp.includes(line));
  });

  it('takes bare line feeds for line ends', () => {
    assert.equal(checkOffer(CHROMIUM_OFFER.replaceAll('\r\n', '\n')).media.length, 1);
  });
});

describe('checkOffer refuses', () => {
  for (const { it: sentence, sdp, says } of [
    { it: 'nothing', sdp: '', says: /is not SDP/ },
    { it: 'what is not SDP', sdp: 'hello\r\n', says: /is not SDP/ },
    { it: 'JSON', sdp: '{"type":"offer"}\n', says: /is not SDP/ },
    { it: 'SDP without m-lines', sdp: 'v=0\r\ns=-\r\nt=0 0\r\n', says: /has no m-line/ },
    {
      it: 'an offer without ice-ufrag',
      sdp: without(CHROMIUM_OFFER, /ice-ufrag/),
      says: /no ice-ufrag/,
    },
    { it: 'an offer without ice-pwd', sdp: without(FIREFOX_OFFER, /ice-pwd/), says: /no ice-pwd/ },
    {
      it: 'an offer without fingerprint',
      sdp: without(FIREFOX_OFFER, /fingerprint/),
      says: /no fingerprint/,
    },
    {
      it: 'an offer with all sections rejected',
      sdp: CHROMIUM_OFFER.replace(/^m=(\w+) 9 /gm, 'm=$1 0 '),
      says: /all its m-lines are rejected/,
    },
    {
      it: 'a section of a bundle that lacks its transport',
      sdp: CHROMIUM_DATA_OFFER.replaceAll(/a=(ice|fingerprint).*\r\n/g, ''),
      says: /application m-line has no ice-ufrag/,
    },
  ]) {
    it(sentence, () => assert.match(refusal(sdp), says));
  }

  for (const [browser, sdp] of Object.entries(OFFERS)) {
    it(`${browser}'s offer cut off inside a line, wherever that is`, () => {
      for (let length = 1; length < sdp.length; length += 1) {
        const cut = sdp.slice(0, length);
        if (!cut.endsWith('\n')) assert.notEqual(refusal(cut), '', cut.slice(-40));
      }
    });

    it(`${browser}'s offer cut off after any line before the last section`, () => {
      const end = sdp.lastIndexOf('m=');
      for (let at = sdp.indexOf('\n') + 1; at > 0 && at <= end; at = sdp.indexOf('\n', at) + 1) {
        assert.notEqual(refusal(sdp.slice(0, at)), '', sdp.slice(at - 40, at));
      }
    });
  }

  it('a megabyte of garbage in no time', () => {
    const startMs = performance.now();
    refusal(`v=0\r\n${'a=candidate:'.repeat(90_000)}\r\n`);
    refusal(`v=0\r\n${'m=video 9 x\r\n'.repeat(80_000)}`);
    assert.ok(performance.now() - startMs < 2000);
  });
});
