import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SettingError } from '../../engine/model/errors/errors';
import { domainsIn } from '../../nodes/lib/machineNames';
import { AllowList } from '../../signaling/access/AllowList';

describe('an allow list', () => {
  for (const [text, origin, isAllowed] of [
    ['', 'https://a.example', false],
    ['https://a.example', 'https://a.example', true],
    ['https://A.example/', 'https://a.example', true],
    ['https://a.example', 'http://a.example', false],
    ['https://a.example', 'https://a.example:8443', false],
    ['https://a.example:443', 'https://a.example', true],
    ['https://a.example', 'https://b.a.example', false],
    ['https://a.example', 'https://a.example.evil.example', false],
    ['a.example', 'http://a.example:3000', true],
    ['a.example:3000', 'http://a.example:3000', true],
    ['a.example:3000', 'http://a.example', false],
    ['a.example:443', 'https://a.example', true],
    ['*.a.example', 'https://b.a.example', true],
    ['*.a.example', 'https://a.example', false],
    ['https://*.a.example', 'http://b.a.example', false],
    ['x.example, y.example z.example', 'https://z.example', true],
    ['[::1]:3000', 'http://[::1]:3000', true],
    ['capacitor://localhost', 'capacitor://localhost', true],
    ['a.example', 'null', false],
    ['null', 'null', true],
    ['*', 'null', true],
    ['*', 'https://anything.example', true],
  ] as const) {
    it(`${isAllowed ? 'allows' : 'refuses'} ${origin} by "${text}"`, () => {
      assert.equal(AllowList.parse(text).allows(origin), isAllowed);
    });
  }

  for (const text of ['https://a.example/path', 'a b/c', 'https://', 'a@b', '**', 'https://*']) {
    it(`takes "${text}" for a mistake`, () => {
      assert.throws(() => AllowList.parse(text), SettingError);
    });
  }

  it('is the sources of a Content-Security-Policy', () => {
    const list = AllowList.parse('https://a.example/, *.b.example null *');
    assert.deepEqual(list.sources, ['https://a.example', '*.b.example', '*']);
  });
});

describe('the domains of a resolv.conf', () => {
  it('are those that its network searches, without names of one part', () => {
    const text = '# search no.example\nsearch fritz.box Example.NET. com\nnameserver 10.0.0.1\n';
    assert.deepEqual(domainsIn(text), ['fritz.box', 'example.net']);
  });
  it('may be none', () => assert.deepEqual(domainsIn('nameserver 10.0.0.1'), []));
});
