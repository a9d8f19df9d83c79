import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OfferError } from '../../engine/model/errors/errors';
import { readOffer } from '../../signaling/readOffer';

const OFFER = { type: 'offer', sdp: 'v=0\r\n' } as const;
const JSON_TEXT = JSON.stringify(OFFER);

describe('readOffer', () => {
  for (const { it: sentence, body } of [
    { it: 'reads text', body: JSON_TEXT },
    { it: 'reads a Buffer', body: Buffer.from(JSON_TEXT) },
    { it: 'reads bytes', body: new Uint8Array(Buffer.from(JSON_TEXT)) },
    { it: 'reads an object', body: { ...OFFER } },
    { it: 'reads an object without a prototype', body: Object.assign(Object.create(null), OFFER) },
    { it: 'reads a form', body: String(new URLSearchParams(OFFER)) },
    { it: 'leaves other keys out', body: { ...OFFER, answer: 42 } },
  ]) {
    it(sentence, () => assert.deepEqual(readOffer(body), OFFER));
  }

  for (const { it: sentence, body, reason } of [
    { it: 'refuses nothing', body: undefined, reason: /empty/ },
    { it: 'refuses an empty Buffer', body: Buffer.alloc(0), reason: /empty/ },
    { it: 'refuses a number', body: 7, reason: /not a JSON object/ },
    { it: 'refuses a list', body: [OFFER], reason: /not a JSON object/ },
    { it: 'refuses bytes that are no text', body: Buffer.from([255, 0, 254]), reason: /not JSON/ },
    { it: 'refuses what is only inherited', body: Object.create(OFFER), reason: /type is missing/ },
    {
      it: 'refuses JSON inside JSON',
      body: JSON.stringify(JSON_TEXT),
      reason: /not a JSON object/,
    },
  ]) {
    it(sentence, () =>
      assert.throws(
        () => readOffer(body),
        (error: unknown) => error instanceof OfferError && reason.test(error.message),
      ),
    );
  }

  it('names the content type of what a parser of forms has cut up', () => {
    const pieces = Object.fromEntries(new URLSearchParams(JSON_TEXT));
    assert.throws(
      () => readOffer(pieces, 'application/x-www-form-urlencoded; charset=utf-8'),
      /sent as application\/x-www-form-urlencoded: send it with Content-Type: application\/json/,
    );
  });
});
