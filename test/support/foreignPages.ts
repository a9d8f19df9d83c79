import assert from 'node:assert/strict';
import { ownCertificate } from '../../engine/peer/certificate';
import { launchChromium } from './chromium';
import { launchFirefox } from './firefox';
import { type FlowNode, TAB } from './flowNode';
import { cameraNode, connectionNode, displayNode } from './flows';
import { HttpServer } from './HttpServer';
import type { NodeRed } from './NodeRed';
import { observed, observers } from './observers';
import { assertLive } from './pictureClock';
import { startReverseProxy } from './ReverseProxy';
import type { TestBrowser, TestPage } from './TestBrowser';
import { waitFor } from './waitFor';

/** Names that these browsers take for this machine. A browser does not trust them as it trusts 127.0.0.1. */
const NAMES = ['evil.example', 'friend.example', 'rebound.example', 'robot.example', 'robot.local'];

/** Both browsers, which know `NAMES` and take any certificate. */
export function launchBrowsers(): Promise<TestBrowser[]> {
  const rules = NAMES.map(name => `MAP ${name} 127.0.0.1`).join(',');
  const preferences = { 'network.dns.localDomains': NAMES.join(',') };
  return Promise.all([
    launchChromium([`--host-resolver-rules=${rules}`, '--ignore-certificate-errors']),
    launchFirefox({ preferences, acceptInsecureCerts: true }),
  ]);
}

/** A server of somebody else, with one empty page, under any name. */
export function startForeignServer(): Promise<HttpServer> {
  return HttpServer.start((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>foreign</title><body></body>');
  });
}

/** A camera to a connection and a display with no settings, and a connection that allows a friend. */
export function flowsToAttack(friend: string): FlowNode[] {
  const wires = [['connection', 'friendly', 'display'], []];
  const size = { width: '320', height: '240', frameRate: '20' };
  return [
    TAB,
    cameraNode({ ...size, wires }),
    connectionNode(),
    connectionNode({ id: 'friendly', path: '/friendly', origins: friend, framedBy: friend }),
    displayNode({ http: true }),
    ...observers(),
  ];
}

/** What a page gets of a request: the status, or the name of the error. */
const ASK = `window.ask = async (url, init = {}) => {
  const connection = new RTCPeerConnection();
  connection.createDataChannel('default');
  const { type, sdp } = await connection.createOffer();
  connection.close();
  const body = init.method === 'POST' ? JSON.stringify({ type, sdp }) : undefined;
  try {
    const response = await fetch(url, { body, ...init });
    return response.status + ' ' + response.type + (response.ok ? '' : ' ' + await response.text());
  } catch (error) {
    return error.name;
  }
};
window.show = (tag, url) => new Promise(resolve => {
  const element = document.createElement(tag);
  element.onload = () => resolve('load');
  element.onerror = () => resolve('error');
  element.src = url;
  document.body.append(element);
});`;

/** Opens an address and gives its page `ask` and `show`. */
async function openWithTools(browser: TestBrowser, address: string): Promise<TestPage> {
  const page = await browser.open(address);
  await page.evaluate(`(() => { ${ASK} })()`);
  return page;
}

/**
 * Lets a page of another server do what it can.
 * @throws AssertionError when it gets anything, or when one in the allow list does not
 */
export async function assertForeignPagesGetNothing(
  browser: TestBrowser,
  { nodeRed, foreign }: { nodeRed: NodeRed; foreign: HttpServer },
): Promise<void> {
  const before = (await observed(nodeRed)).events.length;
  // With the address browsers say where a request comes from, with the name they do not.
  for (const target of [nodeRed.origin, `http://robot.local:${nodeRed.port}`]) {
    const page = await openWithTools(browser, `http://evil.example:${foreign.port}/`);
    const got = async (call: string) => page.evaluate<string>(call);
    const connect = JSON.stringify(`${target}/rtcbot/connect`);
    assert.equal(await got(`ask(${connect}, { method: 'POST' })`), 'TypeError');
    assert.equal(
      await got(`ask(${connect}, { method: 'POST', mode: 'no-cors' })`),
      '0 opaque ',
      'the page learns nothing',
    );
    const json =
      "headers: { 'Content-Type': 'application/json', 'X-Forwarded-Host': location.host }";
    assert.equal(await got(`ask(${connect}, { method: 'POST', ${json} })`), 'TypeError');
    assert.equal(await got(`ask('${target}/rtcbot/rtcbot.mjs')`), 'TypeError');
    assert.equal(await got(`ask('${target}/display.jpg')`), 'TypeError');
    assert.equal(await got(`show('img', '${target}/display.jpg')`), 'error');
    await page.close();
  }
  const since = (await observed(nodeRed)).events.slice(before);
  assert.deepEqual(
    since.filter(({ payload }) => payload === 'connected'),
    [],
  );
  assert.match(
    nodeRed.log,
    /Offer|Request from \S+ refused with 403: Pages of http:\/\/evil\.example/,
  );
}

/** @throws AssertionError when a page under a strange name that has come to mean us gets anything */
export async function assertReboundPageGetsNothing(
  browser: TestBrowser,
  nodeRed: NodeRed,
): Promise<void> {
  const page = await openWithTools(browser, `http://rebound.example:${nodeRed.port}/rtcbot`);
  assert.match(await page.evaluate<string>('document.body.textContent'), /name of its own/);
  for (const call of [
    "ask('/rtcbot/connect', { method: 'POST' })",
    "ask('/display.jpg')",
    "ask('/display.jpg', { headers: { 'X-Forwarded-Host': 'localhost', 'X-Forwarded-Proto': 'https' } })",
  ]) {
    assert.match(await page.evaluate<string>(call), /^403 basic/, call);
  }
  await page.close();
}

/** @throws AssertionError when a page of the allow list is refused, or framed pages are not as set */
export async function assertFriendIsLetIn(
  browser: TestBrowser,
  { nodeRed, foreign }: { nodeRed: NodeRed; foreign: HttpServer },
): Promise<void> {
  const before = (await observed(nodeRed)).events.length;
  const page = await openWithTools(browser, `http://friend.example:${foreign.port}/`);
  const connect = `'${nodeRed.origin}/friendly/connect'`;
  const headers = "{ 'Content-Type': 'application/json', Authorization: 'Bearer x' }";
  for (const init of ["{ method: 'POST' }", `{ method: 'POST', headers: ${headers} }`]) {
    assert.equal(await page.evaluate<string>(`ask(${connect}, ${init})`), '200 cors');
  }
  assert.equal(
    await page.evaluate<string>(`ask('${nodeRed.origin}/rtcbot/connect', { method: 'POST' })`),
    'TypeError',
    'each node has a list of its own',
  );
  // The page that must not be framed comes first: once the other is there, it would be, too.
  for (const path of ['/rtcbot', '/friendly']) {
    await page.evaluate(`void show('iframe', '${nodeRed.origin}${path}')`);
  }
  const visits = await waitFor('visit of the framed page', 15_000, async () => {
    const events = (await observed(nodeRed)).events.slice(before);
    const connected = events.filter(({ payload }) => payload === 'connected');
    return connected.length > 0 ? connected : undefined;
  });
  assert.equal(visits.length, 1);
  await page.close();
}

/**
 * @throws AssertionError when one of the ways to the own page shows no live picture: local names, and
 *   reverse proxies with HTTPS under a public name, whatever they make of Host
 */
export async function assertOwnPagesAreLive(browser: TestBrowser, nodeRed: NodeRed): Promise<void> {
  const { privateKey, certPem } = await ownCertificate();
  const common = { port: nodeRed.port, tls: { key: privateKey, cert: certPem } };
  const proxies = await Promise.all([
    startReverseProxy({ ...common, keepsHost: true }),
    startReverseProxy({ ...common, keepsHost: false }),
    startReverseProxy({ ...common, keepsHost: true, below: '/robots' }),
  ]);
  const [keeping = '', writing = '', below = ''] = proxies.map(
    ({ port }) => `https://robot.example:${port}`,
  );
  try {
    for (const address of [
      nodeRed.origin,
      `http://robot.local:${nodeRed.port}`,
      keeping,
      writing,
    ]) {
      const page = await browser.open(`${address}/rtcbot`);
      await assertLive(page);
      await page.close();
    }
    const page = await openWithTools(browser, `${below}/robots/rtcbot`);
    const connect = "ask('/robots/rtcbot/connect', { method: 'POST' })";
    assert.equal(await page.evaluate<string>(connect), '200 basic');
    await page.close();
  } finally {
    await Promise.all(proxies.map(proxy => proxy.close()));
  }
}
