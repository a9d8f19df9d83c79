import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kindOf, newCredentials, verifiedCheck } from '../../engine/peer/stack/connectivityCheck';
import { connectivityCheck, USE_CANDIDATE } from '../support/stunMessage';

const OURS = { fragment: 'us', password: 'a password of twenty-two' };
const right = { user: 'us:them', password: OURS.password };

describe('verifiedCheck', () => {
  it('takes a check that is signed with our password, as it is', () => {
    const check = connectivityCheck(right);
    assert.ok(verifiedCheck(check, OURS)?.equals(check));
  });

  it('cuts off what stands behind the signature', () => {
    const check = connectivityCheck({ ...right, behind: [USE_CANDIDATE] });
    const verified = verifiedCheck(check, OURS);
    assert.equal(verified?.length, check.length - USE_CANDIDATE.length);
    assert.equal(verified?.readUInt16BE(2), verified.length - 20);
  });

  const whole = connectivityCheck(right);
  const changed = Buffer.from(whole);
  changed[30] = (changed[30] ?? 0) ^ 1;
  for (const { it: sentence, check } of [
    { it: 'refuses one without a signature', check: connectivityCheck({ user: 'us:them' }) },
    {
      it: 'refuses one that is signed with another password',
      check: connectivityCheck({ ...right, password: 'another' }),
    },
    {
      it: 'refuses one that is for somebody else',
      check: connectivityCheck({ ...right, user: 'others:them' }),
    },
    {
      it: 'refuses one whose fragment only begins like ours',
      check: connectivityCheck({ ...right, user: 'used:them' }),
    },
    { it: 'refuses one that was changed on the way', check: changed },
    { it: 'refuses one that is cut off', check: whole.subarray(0, whole.length - 1) },
    { it: 'refuses a header alone', check: whole.subarray(0, 20) },
    { it: 'refuses nothing at all', check: Buffer.alloc(0) },
  ]) {
    it(sentence, () => assert.equal(verifiedCheck(check, OURS), undefined));
  }
});

describe('kindOf', () => {
  const indication = connectivityCheck(right);
  indication.writeUInt16BE(0x0011);
  const answer = connectivityCheck(right);
  answer.writeUInt16BE(0x0101);
  for (const { data, kind } of [
    { data: connectivityCheck(right), kind: 'check' },
    { data: indication, kind: 'indication' },
    { data: answer, kind: 'other stun' },
    { data: Buffer.alloc(40), kind: 'unknown' },
    { data: Buffer.from([22, 254, 253]), kind: 'dtls' },
    { data: Buffer.from([128, 96]), kind: 'media' },
    { data: Buffer.from([64, 0]), kind: 'unknown' },
    { data: Buffer.alloc(0), kind: 'unknown' },
  ]) {
    it(`finds ${kind} in ${data.toString('hex', 0, 4) || 'nothing'}`, () =>
      assert.equal(kindOf(data), kind));
  }
});

describe('newCredentials', () => {
  it('are as long as RFC 8445 asks for, of letters that it allows, and new each time', () => {
    const made = Array.from({ length: 100 }, newCredentials);
    for (const { fragment, password } of made) {
      assert.match(fragment, /^[A-Za-z0-9+/]{8}$/);
      assert.match(password, /^[A-Za-z0-9+/]{24}$/);
    }
    assert.equal(new Set(made.map(({ fragment }) => fragment)).size, made.length);
  });
});
