import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numberOf } from '../../nodes/lib/numberOf';

const LIMITS = { least: 1, most: 100 };

describe('numberOf', () => {
  for (const { value, number } of [
    { value: '30', number: 30 },
    { value: ' 29.97 ', number: 29.97 },
    { value: 1, number: 1 },
    { value: '100', number: 100 },
    { value: '', number: undefined },
    { value: '  ', number: undefined },
    { value: undefined, number: undefined },
    { value: null, number: undefined },
  ]) {
    it(`reads ${JSON.stringify(value)} as ${number ?? 'empty'}`, () => {
      assert.equal(numberOf('width', value, LIMITS), number);
    });
  }

  const wrong = ['x', '12px', 0, '101', -1, true, [], [5], {}, Number.NaN, Infinity, Symbol('x')];
  for (const value of wrong) {
    it(`refuses ${JSON.stringify(value) ?? String(value)} and names the setting`, () => {
      assert.throws(() => numberOf('width', value, LIMITS), {
        code: 'setting-invalid',
        message: /width/,
      });
    });
  }
});
