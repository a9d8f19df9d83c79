import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { classes } from 'werift';
import { GroupRig, sockets } from '../support/GroupRig';
import type { WeriftBrowser } from '../support/WeriftBrowser';
import { waitFor } from '../support/waitFor';

const SILENCE_MS = 800;
/** Long enough for whoever is silent to be given up. */
const LONG_MS = 2.5 * SILENCE_MS;

/** A record of DTLS, by its first byte (RFC 7983 7). */
const isDtls = ([first = 0]: Buffer) => first >= 20 && first < 64;

/** The stack's side of a socket of a browser. */
interface Protocol {
  datagramReceived(data: Buffer, from: readonly [string, number]): void;
  sendStun(message: { readonly messageClass: number }, to: unknown): Promise<void>;
}

function protocolsOf(browser: WeriftBrowser): Protocol[] {
  return browser.connection.iceTransports.flatMap(({ connection }) => {
    const { protocols } = connection as unknown as { protocols: Protocol[] };
    return protocols;
  });
}

/** The stack's association, as far as it sends heartbeats. */
interface Heart {
  timerHeartbeatHandle?: NodeJS.Timeout;
  timerHeartbeatExpired(): void;
}

/** The browser does not hear what is of this kind any more, and cannot answer it. */
function deafen(browser: WeriftBrowser, isUnheard: (data: Buffer) => boolean): void {
  for (const protocol of protocolsOf(browser)) {
    const receive = protocol.datagramReceived.bind(protocol);
    protocol.datagramReceived = (data, from) => {
      if (!isUnheard(data)) receive(data, from);
    };
  }
}

/** It sends no checks any more, and answers them only if it is to. */
function mute(browser: WeriftBrowser, { answers }: { answers: boolean }): void {
  for (const protocol of protocolsOf(browser)) {
    const send = protocol.sendStun.bind(protocol);
    protocol.sendStun = async (message, to) => {
      if (answers && message.messageClass !== classes.REQUEST) await send(message, to);
    };
  }
}

describe('a peer', () => {
  let rig = new GroupRig();
  afterEach(async () => {
    await rig.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
  });

  it('that lives and is idle is asked, and stays', async () => {
    rig = new GroupRig({ silenceMs: SILENCE_MS });
    const { browser } = await rig.connect();
    mute(browser, { answers: true });
    await wait(LONG_MS);
    assert.deepEqual(rig.events, ['connected']);
  });

  it('that does not answer checks stays as long as its data channels live', async () => {
    rig = new GroupRig({ silenceMs: SILENCE_MS });
    const { browser } = await rig.connect();
    await browser.channel();
    mute(browser, { answers: false });
    // Heartbeats of SCTP (RFC 9260 8.3): nothing that a channel would tell of.
    const association = browser.connection.sctpTransport?.sctp as unknown as Heart | undefined;
    const heart = setInterval(() => {
      // Each beat sets the stack's timer anew.
      clearTimeout(association?.timerHeartbeatHandle);
      association?.timerHeartbeatExpired();
    }, SILENCE_MS / 4);
    await wait(LONG_MS);
    assert.deepEqual(rig.events, ['connected']);
    clearInterval(heart);
    deafen(browser, isDtls);
    await rig.heard('disconnected: vanished');
  });

  it('that answers nothing any more is given up, whatever it was before', async () => {
    rig = new GroupRig({ silenceMs: SILENCE_MS });
    const { browser } = await rig.connect();
    await browser.vanish();
    await rig.heard('disconnected: vanished');
  });
});
