import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectAddress, problemOf, retryAfter } from '../../client/connection/signaling';

describe('connectAddress', () => {
  for (const { url, address } of [
    { url: '/rtcbot', address: '/rtcbot/connect' },
    { url: '/rtcbot/', address: '/rtcbot/connect' },
    { url: '/', address: '/connect' },
    { url: '', address: '/connect' },
    { url: 'http://robot:1880', address: 'http://robot:1880/connect' },
    { url: '/rtcbot?room=1', address: '/rtcbot/connect?room=1' },
  ]) {
    it(`posts offers for "${url}" to ${address}`, () => assert.equal(connectAddress(url), address));
  }
});

describe('problemOf', () => {
  for (const { status, problem } of [
    { status: 401, problem: 'unauthorized' },
    { status: 403, problem: 'forbidden' },
    { status: 404, problem: 'not-found' },
    { status: 503, problem: 'full' },
    { status: 502, problem: 'unreachable' },
    { status: 400, problem: 'refused' },
  ]) {
    it(`takes status ${status} as ${problem}`, () => assert.equal(problemOf(status), problem));
  }
});

describe('retryAfter', () => {
  const nowMs = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  for (const { it: sentence, header, ms } of [
    { it: 'is undefined without the header', header: null, ms: undefined },
    { it: 'reads seconds', header: '3', ms: 3000 },
    { it: 'reads a date', header: 'Wed, 21 Oct 2026 07:28:10 GMT', ms: 10_000 },
    { it: 'takes a date in the past as now', header: 'Wed, 21 Oct 2026 07:27:00 GMT', ms: 0 },
    { it: 'is a minute at most', header: '86400', ms: 60_000 },
    { it: 'ignores what it cannot read', header: 'soon', ms: undefined },
  ]) {
    it(sentence, () => assert.equal(retryAfter(header, nowMs), ms));
  }
});
