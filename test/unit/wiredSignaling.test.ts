import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OfferError, TooManyPeersError } from '../../engine/model/errors/errors';
import { answerMessage, isOffer, type SignalingMessage } from '../../nodes/lib/wiredSignaling';

const OFFER = { type: 'offer', sdp: 'v=0' };
const answering = { answer: async () => ({ peer: 'p1', description: ANSWER }) };
const ANSWER = { type: 'answer', sdp: 'v=0 answer' } as const;

const OPEN = { admit: async () => ({}) };

const messageOf = (payload: unknown): SignalingMessage & { peer?: string } => ({
  _msgid: 'm1',
  payload,
  res: {},
});

describe('isOffer', () => {
  for (const { it: sentence, message, expected } of [
    { it: 'takes each request of http in', message: { payload: 'x', res: {} }, expected: true },
    { it: 'takes an offer of another transport', message: { payload: OFFER }, expected: true },
    { it: 'leaves other objects', message: { payload: { sdp: 1 } }, expected: false },
    { it: 'leaves text', message: { payload: 'offer' }, expected: false },
    { it: 'leaves null', message: { payload: null }, expected: false },
  ]) {
    it(sentence, () => assert.equal(isOffer(message as SignalingMessage), expected));
  }
});

describe('answerMessage', () => {
  for (const payload of [OFFER, JSON.stringify(OFFER), Buffer.from(JSON.stringify(OFFER))]) {
    it(`makes the answer of the message, from ${payload.constructor.name}`, async () => {
      const message = messageOf(payload);
      const { res } = message;
      assert.equal(await answerMessage(message, answering, OPEN), undefined);
      assert.deepEqual(message.payload, { sdp: ANSWER.sdp, type: 'answer' });
      assert.equal(message.statusCode, 200);
      assert.equal(message.headers?.['Content-Type'], 'application/json');
      assert.equal(message.peer, 'p1');
      assert.equal(message.res, res);
    });
  }

  for (const { it: sentence, payload, failure, status, says } of [
    { it: 'what is no offer', payload: 'nonsense', status: 400, says: /not JSON/ },
    { it: 'nothing', payload: undefined, status: 400, says: /empty/ },
    { it: 'an answer', payload: ANSWER, status: 400, says: /offer/ },
    {
      it: 'an offer that is far too long',
      payload: { ...OFFER, sdp: 'x'.repeat(1_000_000) },
      status: 413,
      says: /65536/,
    },
    {
      it: 'an offer that the engine refuses',
      payload: OFFER,
      failure: new OfferError('it has no m-line'),
      status: 400,
      says: /no m-line/,
    },
    {
      it: 'one too many',
      payload: OFFER,
      failure: new TooManyPeersError(1),
      status: 503,
      says: /places are taken/,
    },
    {
      it: 'what nobody foresaw, without telling the outside',
      payload: OFFER,
      failure: new Error('secret'),
      status: 500,
      says: /^(?!.*secret)/,
    },
  ]) {
    it(`refuses ${sentence}`, async () => {
      const message = messageOf(payload);
      const answerer = failure ? { answer: () => Promise.reject(failure) } : answering;
      assert.ok(await answerMessage(message, answerer, OPEN));
      assert.equal(message.statusCode, status);
      assert.match(String(message.payload), says);
      assert.match(message.headers?.['Content-Type'] ?? '', /^text\/plain/);
      assert.ok(!String(message.payload).includes('\n'));
    });
  }
});
