import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { AddressLimits } from '../../signaling/access/AddressLimits';
import { addressOf } from '../../signaling/access/addressOf';
import { TokenGuard } from '../../signaling/access/TokenGuard';
import { ViewerPlaces } from '../../signaling/access/ViewerPlaces';
import { Refusal } from '../../signaling/Refusal';
import { ManualClock } from '../support/ManualClock';

describe('the limit of an address', () => {
  it('is used up by nobody else', () => {
    const limits = new AddressLimits({ burst: 2, perSecond: 1, clock: new ManualClock() });
    for (let asked = 0; asked < 100; asked++) limits.of('1.1.1.1').take();
    assert.ok(limits.of('1.1.1.1').take() > 0);
    assert.equal(limits.of('2.2.2.2').take(), 0);
  });

  it('is forgotten when others have been heard of since, so that memory is bounded', () => {
    const options = { burst: 1, perSecond: 1, mostAddresses: 2, clock: new ManualClock() };
    const limits = new AddressLimits(options);
    limits.of('a').take();
    limits.of('b').take();
    assert.ok(limits.of('a').take() > 0);
    limits.of('c').take();
    assert.ok(limits.of('a').take() > 0, 'a was heard of later than b');
    assert.equal(limits.of('b').take(), 0);
  });
});

describe('the address that a request is counted for', () => {
  const of = (remoteAddress: string, forwarded?: string, ip?: string) =>
    addressOf({
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      ip,
    } as unknown as IncomingMessage);

  for (const [sentence, got, expected] of [
    ['is that of the connection', of('192.168.1.7'), '192.168.1.7'],
    ['is the same in both writings', of('::ffff:192.168.1.7'), '192.168.1.7'],
    ['is that of an IPv6 network', of('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2'],
    ['is that of a short IPv6 address', of('2001:db8::6'), '2001:db8:0:0'],
    ['has no zone', of('fe80::1%eth0'), 'fe80:0:0:0'],
    ['is what a proxy of this machine has added', of('127.0.0.1', '6.6.6.6, 1.2.3.4'), '1.2.3.4'],
    ['is not what others say', of('192.168.1.7', '1.2.3.4'), '192.168.1.7'],
    ['is what Express trusts', of('172.17.0.1', '1.2.3.4', '1.2.3.4'), '1.2.3.4'],
    ['is not what is no address', of('127.0.0.1', 'unknown'), '127.0.0.1'],
    ['may be none', of(''), ''],
  ] as const) {
    it(sentence, () => assert.equal(got, expected));
  }
});

describe('an access token', () => {
  const RIGHT = 'right';
  const guard = () => {
    const clock = new ManualClock();
    const tokens = new TokenGuard({ token: RIGHT, clock });
    const give = (address: string, token?: string): number => {
      try {
        tokens.check(address, {}, new URLSearchParams(token === undefined ? {} : { token }));
        return 200;
      } catch (error) {
        if (error instanceof Refusal) return error.status;
        throw error;
      }
    };
    return { clock, give };
  };

  it('cannot be guessed at speed: after ten wrong ones even the right one has to wait', () => {
    const { clock, give } = guard();
    for (let guess = 0; guess < 10; guess++) assert.equal(give('a', `${guess}`), 401);
    assert.equal(give('a', RIGHT), 429);
    clock.advance(6000);
    assert.equal(give('a', RIGHT), 200);
  });

  it('lets in who has it while others guess from everywhere, who get one guess each then', () => {
    const { give } = guard();
    for (let guess = 0; guess < 200; guess++) give(`guesser ${guess}`, 'wrong');
    assert.equal(give('owner', RIGHT), 200);
    assert.equal(give('newcomer', 'wrong'), 401);
    assert.equal(give('newcomer', 'another'), 429);
    assert.equal(give('owner', RIGHT), 200);
  });

  it('is asked for as often as one likes: who gives none guesses nothing', () => {
    const { give } = guard();
    for (let asked = 0; asked < 50; asked++) assert.equal(give('a'), 401);
    assert.equal(give('a', RIGHT), 200);
  });
});

describe('the places of viewers', () => {
  it('go on to who has fewer when they are all taken', () => {
    const places = new ViewerPlaces(3);
    const left: string[] = [];
    const take = (address: string, name: string) => places.take(address, () => left.push(name));
    for (const name of ['a1', 'a2', 'a3']) assert.ok(take('a', name));
    assert.equal(take('a', 'a4'), undefined);
    assert.ok(take('b', 'b1'));
    assert.deepEqual(left, ['a1']);
    assert.equal(take('b', 'b2'), undefined, 'it would only turn things round');
  });

  it('are free again when they are given back', () => {
    const places = new ViewerPlaces(1);
    const free = places.take('a', () => {});
    assert.equal(
      places.take('b', () => {}),
      undefined,
    );
    free?.();
    free?.();
    assert.ok(places.take('b', () => {}));
  });
});
