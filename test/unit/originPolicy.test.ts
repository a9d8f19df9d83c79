import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AllowList } from '../../signaling/access/AllowList';
import type { MachineNames } from '../../signaling/access/authority';
import { judge, refusalFor, type Verdict } from '../../signaling/access/originPolicy';

const MACHINE: MachineNames = {
  hostname: 'RaspberryPi',
  searchDomains: ['example.net'],
  addresses: ['192.168.1.20', '2001:db8::20'],
};

interface Row {
  readonly it: string;
  readonly kind: Verdict['kind'];
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly allowed?: string;
  readonly isEncrypted?: boolean;
  readonly isLoopback?: boolean;
}

const SAME = { 'sec-fetch-site': 'same-origin' };
const CROSS = { 'sec-fetch-site': 'cross-site' };
const OPENED = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FORWARDED = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
const pi = 'raspberrypi:1880';

/** What browsers and programs send, as seen in Chromium 141 and Firefox 140 unless it is an attack. */
const POSTS: readonly Row[] = [
  { it: 'a program that posts', kind: 'unnamed', headers: { host: pi } },
  { it: 'a program by a public name', kind: 'unnamed', headers: { host: 'robot.example.com' } },
  { it: 'a program that speaks HTTP/1.0', kind: 'unnamed', headers: {} },
  ...[
    ['by its IPv4 address', '192.168.1.20:1880'],
    ['by an address that the machine does not know, as in Docker', '203.0.113.7:1880'],
    ['by its IPv6 address', '[2001:db8::20]:1880'],
    ['by its host name', 'raspberrypi:1880'],
    ['by a name that only its network knows', 'nas:1880'],
    ['by its mDNS name', 'raspberrypi.local:1880'],
    ['by its name in the domain of the network', 'raspberrypi.example.net:1880'],
    ['by a name of a home router', 'robot.fritz.box'],
    ['by localhost', 'localhost:1880'],
    ['on port 80', 'raspberrypi.local'],
  ].map(([how, host = '']) => ({
    it: `a page that was opened ${how}`,
    kind: 'own' as const,
    headers: { host, origin: `http://${host}` },
  })),
  {
    it: 'a page by a name in capitals and with a dot at its end',
    ...{
      kind: 'own',
      headers: { host: 'RaspberryPi.local.:1880', origin: 'http://raspberrypi.local.:1880' },
    },
  },
  {
    it: 'a page on the own port of its scheme, which Host names',
    ...{ kind: 'own', headers: { host: 'robot.local:80', origin: 'http://robot.local' } },
  },
  {
    it: 'a page from https behind a proxy that passes Host on',
    ...{ kind: 'own', headers: { host: 'robot.example.com', origin: 'https://robot.example.com' } },
  },
  {
    it: 'a page from https behind a proxy that writes its own Host, in a browser of today',
    kind: 'own',
    headers: { host: '127.0.0.1:1880', origin: 'https://robot.example.com', ...SAME },
  },
  {
    it: 'a page behind a proxy on this machine that writes its own Host',
    ...{ kind: 'own', isLoopback: true },
    headers: { host: '127.0.0.1:1880', origin: 'http://raspberrypi.local' },
  },
  {
    it: 'a page of another machine that asks for localhost',
    ...{ kind: 'foreign', isLoopback: true },
    headers: { host: '127.0.0.1:1880', origin: 'http://nas.local' },
  },
  {
    it: 'a page of another server',
    ...{ kind: 'foreign', headers: { host: pi, origin: 'https://evil.example' } },
  },
  {
    it: 'a page of another server that says it was forwarded',
    kind: 'foreign',
    headers: { host: pi, origin: 'https://evil.example', ...FORWARDED },
  },
  {
    it: 'a page on another port of this machine',
    ...{ kind: 'foreign', headers: { host: pi, origin: 'http://raspberrypi:3000' } },
  },
  {
    it: 'a page of another server, by what the browser says',
    kind: 'foreign',
    headers: { host: 'localhost:1880', origin: 'http://localhost:1880', ...CROSS },
  },
  { it: 'a sandboxed page', kind: 'foreign', headers: { host: pi, origin: 'null' } },
  {
    it: 'a page of an extension',
    kind: 'foreign',
    headers: { host: pi, origin: 'moz-extension://1' },
  },
  { it: 'an origin that is none', kind: 'foreign', headers: { host: pi, origin: 'evil' } },
  {
    it: 'a page by a name that may have been rebound',
    kind: 'strange-host',
    headers: { host: 'evil.example:1880', origin: 'http://evil.example:1880', ...FORWARDED },
  },
  {
    it: 'a page by a rebound name that begins like the machine’s',
    kind: 'strange-host',
    headers: { host: 'raspberrypi.evil.example', origin: 'http://raspberrypi.evil.example' },
  },
  {
    it: 'a rebound page in a browser that would tell all addresses that it is of the same origin',
    kind: 'strange-host',
    headers: { host: 'evil.example:1880', origin: 'http://evil.example:1880', ...SAME },
  },
  {
    it: 'a page by a public name with the server’s own certificate',
    ...{ kind: 'own', isEncrypted: true },
    headers: { host: 'robot.example.com:1880', origin: 'https://robot.example.com:1880' },
  },
  {
    it: 'a page from plain http that asks the server with TLS',
    ...{ kind: 'foreign', isEncrypted: true },
    headers: { host: 'robot.example.com', origin: 'http://robot.example.com' },
  },
  {
    it: 'a page of the allow list',
    ...{ kind: 'listed', allowed: 'https://panel.example.com' },
    headers: { host: pi, origin: 'https://panel.example.com' },
  },
  {
    it: 'a page by a public name in the allow list',
    ...{ kind: 'own', allowed: 'robot.example.com' },
    headers: { host: 'robot.example.com:1880', origin: 'http://robot.example.com:1880' },
  },
  {
    it: 'a sandboxed page that the allow list names',
    ...{ kind: 'listed', allowed: 'null', headers: { host: pi, origin: 'null' } },
  },
];

const GETS: readonly Row[] = [
  { it: 'a program', kind: 'unnamed', headers: { host: pi } },
  { it: 'an address that was typed', kind: 'unnamed', headers: { host: pi, accept: 'text/html' } },
  {
    it: 'an address by a public name that was typed, with TLS',
    kind: 'unnamed',
    headers: { host: 'robot.example.com', 'sec-fetch-site': 'none', ...OPENED },
  },
  {
    it: 'a link on a page of another server',
    kind: 'unnamed',
    headers: { host: 'robot.example.com', ...CROSS, ...OPENED },
  },
  {
    it: 'a link on a page of another server, on plain http',
    kind: 'unnamed',
    headers: { host: pi, accept: 'text/html', referer: 'https://mail.example.com/' },
  },
  { it: 'a picture in a page of its own', kind: 'own', headers: { host: pi, ...SAME } },
  {
    it: 'a picture in a page of its own, on plain http',
    ...{ kind: 'own', headers: { host: pi, referer: `http://${pi}/panel` } },
  },
  { it: 'a picture in a page of another server', kind: 'foreign', headers: { host: pi, ...CROSS } },
  {
    it: 'a picture in a page on another port of this machine',
    kind: 'foreign',
    headers: { host: 'localhost:1880', 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image' },
  },
  {
    it: 'a picture in a page of another server, on plain http',
    ...{ kind: 'foreign', headers: { host: pi, referer: 'https://evil.example/' } },
  },
  {
    it: 'a frame in a page of another server',
    kind: 'foreign',
    headers: { host: pi, ...CROSS, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
  },
  {
    it: 'a picture in a page of the allow list',
    ...{ kind: 'listed', allowed: 'panel.example.com' },
    headers: { host: pi, ...CROSS, referer: 'https://panel.example.com/' },
  },
  {
    it: 'a page by a name that may have been rebound',
    ...{ kind: 'strange-host', headers: { host: 'evil.example:1880', ...FORWARDED } },
  },
  {
    it: 'a public name in the allow list',
    ...{
      kind: 'unnamed',
      allowed: 'https://robot.example.com',
      headers: { host: 'robot.example.com' },
    },
  },
  { it: 'a Host that is none', kind: 'strange-host', headers: { host: 'evil.example/localhost' } },
];

for (const [method, rows] of [
  ['POST', POSTS],
  ['GET', GETS],
] as const) {
  describe(`a ${method} request is judged by what no page can forge:`, () => {
    for (const { it: sentence, kind, headers, allowed, ...rest } of rows) {
      it(`${sentence} is ${kind}`, () => {
        const { isEncrypted = false, isLoopback = false } = rest;
        const rules = { allowed: AllowList.parse(allowed), machine: () => MACHINE };
        const verdict = judge({ method, headers, isEncrypted, isLoopback }, rules);
        assert.equal(verdict.kind, kind);
        const isRefused = kind === 'foreign' || kind === 'strange-host';
        assert.equal(refusalFor(verdict)?.status, isRefused ? 403 : undefined);
      });
    }
  });
}

describe('a refusal', () => {
  it('says which origin is refused and what to do', () => {
    const refusal = refusalFor({ kind: 'foreign', origin: 'https://evil.example' });
    assert.match(refusal?.message ?? '', /https:\/\/evil\.example.*add it to Origins/);
  });
  it('says which name is not known and what to do', () => {
    const refusal = refusalFor({ kind: 'strange-host', host: 'robot.example.com' });
    assert.match(refusal?.message ?? '', /robot\.example\.com.*add it to Origins/);
  });
});
