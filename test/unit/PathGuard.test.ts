import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { RTCIceGatherer, RTCIceTransport } from 'werift';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import { PathGuard } from '../../engine/peer/stack/PathGuard';
import { CHROMIUM_OFFER } from '../support/browserOffers';
import { GroupRig, h264Unit, LIMIT_MS, sockets } from '../support/GroupRig';
import { credentialsOf, RawPeer } from '../support/RawPeer';
import { connectivityCheck, transactionOf } from '../support/stunMessage';
import { waitFor } from '../support/waitFor';

/** A DTLS alert that nobody has signed: warning, close_notify (RFC 6347 4.1, RFC 5246 7.2). */
const UNSIGNED_ALERT = Buffer.from('15fefd000000000000000000020100', 'hex');

describe('what comes to the port of a peer', () => {
  let rig = new GroupRig();
  const strangers: RawPeer[] = [];
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    rig = new GroupRig(options);
    return rig;
  };
  const stranger = async (sdp: string) => {
    const peer = await RawPeer.to(sdp);
    strangers.push(peer);
    return peer;
  };
  /** A browser after its handshake, and the answer that it got. */
  const connect = async () => {
    const browser = rig.browser();
    const { sdp } = await rig.group.answer(await browser.offer());
    await browser.accept(sdp);
    await browser.connected();
    return { browser, sdp };
  };
  /** Its user name is known: an offer or a page may be read by others. */
  const userOf = (sdp: string) => `${credentialsOf(sdp).fragment}:them`;
  afterEach(async () => {
    await Promise.all(strangers.splice(0).map(each => each.close()));
    await rig.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
  });

  it('is answered where it is a check with the right signature, and only there', async () => {
    const { group } = start();
    const { sdp } = await group.answer(CHROMIUM_OFFER);
    const user = userOf(sdp);
    const peer = await stranger(sdp);
    const right = connectivityCheck({ user, password: credentialsOf(sdp).password });
    peer.send(connectivityCheck({ user }));
    peer.send(connectivityCheck({ user, password: 'a guess' }));
    peer.send(right);
    await waitFor('answer', LIMIT_MS, () => peer.received.length > 0);
    assert.deepEqual(peer.received.map(transactionOf), [transactionOf(right)]);
  });

  for (const { it: sentence, check } of [
    { it: 'without a signature', check: (user: string) => connectivityCheck({ user }) },
    {
      it: 'with a wrong signature',
      check: (user: string) => connectivityCheck({ user, password: 'a guess', nominates: true }),
    },
  ]) {
    it(`is no sign of life where it is a check ${sentence}`, async () => {
      start({ silenceMs: 1000 });
      const { browser, sdp } = await connect();
      const peer = await stranger(sdp);
      const timer = setInterval(() => peer.send(check(userOf(sdp))), 50);
      try {
        await browser.vanish();
        await rig.heard('disconnected: vanished');
      } finally {
        clearInterval(timer);
      }
    });
  }

  it('moves no path where it is a check without a signature', async () => {
    const { origin } = start();
    const { browser, sdp } = await connect();
    const peer = await stranger(sdp);
    // A path is known to the stack from the first check on, and taken with the second.
    for (let round = 0; round < 3; round += 1) {
      peer.send(connectivityCheck({ user: userOf(sdp), nominates: true }));
    }
    const right = connectivityCheck({ user: userOf(sdp), password: credentialsOf(sdp).password });
    peer.send(right);
    await waitFor('answer', LIMIT_MS, () => peer.received.length > 0);
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('picture', LIMIT_MS, () => browser.packets.some(({ header }) => header.marker));
    assert.deepEqual(peer.received.map(transactionOf), [transactionOf(right)]);
  });

  it('moves the path where it is signed and wants that', async () => {
    const { origin } = start();
    const { sdp } = await connect();
    const peer = await stranger(sdp);
    const { password } = credentialsOf(sdp);
    const check = () =>
      peer.send(connectivityCheck({ user: userOf(sdp), password, nominates: true }));
    check();
    check();
    await waitFor('answers', LIMIT_MS, () => peer.received.length >= 2);
    origin.run.unit(h264Unit('key', { key: true }));
    await waitFor('picture', LIMIT_MS, () => peer.received.some(([first = 0]) => first >= 128));
  });

  it('ends no session where it is an alert from an address that no check has named', async () => {
    const { events } = start();
    const { browser, sdp } = await connect();
    const peer = await stranger(sdp);
    peer.send(UNSIGNED_ALERT);
    const right = connectivityCheck({ user: userOf(sdp), password: credentialsOf(sdp).password });
    peer.send(right);
    await waitFor('answer', LIMIT_MS, () => peer.received.length > 0);
    (await browser.channel()).send('still here');
    await rig.heard('default: still here');
    assert.deepEqual(events, ['connected', 'default: still here']);
  });

  it('is for credentials as long as RFC 8445 asks for, answered or offered', async () => {
    const { group } = start();
    const answered = credentialsOf((await group.answer(CHROMIUM_OFFER)).sdp);
    const calling = start({ isCaller: true });
    const offered = credentialsOf((await calling.group.offer()).sdp);
    await group.close();
    for (const { fragment, password } of [answered, offered]) {
      assert.deepEqual([fragment.length, password.length], [8, 24]);
    }
  });
});

describe('a PathGuard', () => {
  it('keeps what is learnt from checks within bounds', async () => {
    const transport = new RTCIceTransport(new RTCIceGatherer({ iceLite: true, useIpv6: false }));
    const { connection } = transport;
    new PathGuard(transport);
    await transport.gather();
    connection.setRemoteParams({ iceLite: false, usernameFragment: 'them', password: 'theirs' });
    const { localUsername, localPassword: password } = connection;
    const sdp = `a=candidate:1 1 udp 1 0.0.0.0 ${connection.localCandidates[0]?.port} typ host`;
    const peers: RawPeer[] = [];
    const check = async () => {
      const peer = await RawPeer.to(sdp);
      peers.push(peer);
      const user = `${localUsername}:them`;
      const nominates = peers.length === 1;
      peer.send(connectivityCheck({ user, password, nominates }));
      await waitFor('answer', LIMIT_MS, () => peer.received.length > 0);
    };
    await check();
    await transport.start();
    const { nominated } = connection;
    for (let round = 0; round < 100; round += 1) await check();
    assert.ok(connection.remoteCandidates.length <= 33, `${connection.remoteCandidates.length}`);
    assert.ok(connection.checkList.length <= 33, `${connection.checkList.length}`);
    assert.ok(nominated && connection.checkList.includes(nominated), 'the path in use stays');
    await Promise.all(peers.map(peer => peer.close()));
    await transport.stop();
  });
});
