import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GopCache } from '../../engine/media/picture/GopCache';
import type { AccessUnit } from '../../engine/model/AccessUnit';

describe('GopCache', () => {
  const unit = (key: boolean, bytes = 10): AccessUnit => ({
    codec: 'H264',
    data: Buffer.alloc(bytes),
    key,
    timestampMs: 0,
    width: 2,
    height: 2,
  });
  const keys = (cache: GopCache) => cache.units.map(({ key }) => (key ? 'K' : 'd')).join('');

  for (const { it: sentence, units, expected } of [
    {
      it: 'keeps nothing before the first keyframe',
      units: [unit(false), unit(false)],
      expected: '',
    },
    {
      it: 'keeps all since the newest keyframe',
      units: [unit(true), unit(false), unit(true), unit(false), unit(false)],
      expected: 'Kdd',
    },
    {
      it: 'keeps nothing of too many',
      units: [unit(true), unit(false), unit(false), unit(false), unit(false), unit(false)],
      expected: '',
    },
    {
      it: 'keeps nothing of too much',
      units: [unit(true), unit(false, 95), unit(false)],
      expected: '',
    },
    {
      it: 'starts anew with the next keyframe',
      units: [unit(true), unit(false, 95), unit(false), unit(true)],
      expected: 'K',
    },
  ]) {
    it(sentence, () => {
      const cache = new GopCache({ maxUnits: 4, maxBytes: 100 });
      for (const unit of units) cache.push(unit);
      assert.equal(keys(cache), expected);
    });
  }
});
