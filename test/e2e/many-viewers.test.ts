import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser } from '../support/flows';
import type { NetworkFaults } from '../support/LossyRelay';
import type { ViewerReport } from '../support/NativeViewer';
import { NodeRed } from '../support/NodeRed';
import { ViewerProcess } from '../support/ViewerProcess';
import { waitFor } from '../support/waitFor';

/** More than a handshake may take, in ms. */
const LIMIT_MS = 30_000;

describe('many viewers that come within seconds, beside others that watch', () => {
  let nodeRed: NodeRed;
  let watching: ViewerProcess;
  const comers: ViewerProcess[] = [];
  before(async () => {
    const camera = { width: '320', height: '240', frameRate: '15' };
    const flows = cameraToBrowser({ camera, connection: { maxPeers: '200' } });
    nodeRed = await NodeRed.start({ flows });
    watching = await ViewerProcess.start();
    await watching.arrive({ origin: nodeRed.origin, count: 5, withinMs: 1000, seed: 1 });
  });
  after(async () => {
    await Promise.all([watching, ...comers].map(each => each?.close()));
    await nodeRed?.stop();
  });

  /** How all of them did, once each sees something, is refused, or the time is over. */
  const come = async (count: number, withinMs: number, faults?: NetworkFaults) => {
    const viewers = await ViewerProcess.start();
    comers.push(viewers);
    await viewers.arrive({
      origin: nodeRed.origin,
      count,
      withinMs,
      seed: 2,
      leaves: true,
      faults,
    });
    let reports: readonly ViewerReport[] = [];
    await waitFor('first packets of all', LIMIT_MS, async () => {
      reports = await viewers.reports();
      return reports.every(each => each.firstPacketMs !== undefined || each.refusal);
    }).catch(() => {});
    return reports.map(({ firstPacketMs, refusal, state }) =>
      firstPacketMs === undefined ? (refusal ?? state) : 'saw something',
    );
  };
  const all = (count: number) => Array.from({ length: count }, () => 'saw something');

  it('all get through', async () => {
    assert.deepEqual(await come(50, 4000), all(50));
  });

  it('get through a network that loses one packet in twenty', async () => {
    const faults = { loss: 0.05, delayMs: 10, seed: 3 };
    const seen = await come(25, 4000, faults);
    // Of some 500, one was seen to be connected and sent nothing: its cause is not found yet.
    const others = seen.filter(each => each !== 'saw something');
    assert.equal(seen.length, 25);
    assert.ok(others.length <= 1, others.join(', '));
  });

  it('leave no word of one that did not, and do not stop those that watch', async () => {
    assert.doesNotMatch(nodeRed.log, /did not get through|does not get on/);
    const pictures = async () => (await watching.reports()).map(each => each.pictures);
    const before = await pictures();
    assert.equal(before.length, 5);
    await waitFor('more pictures', LIMIT_MS, async () =>
      (await pictures()).every((count, index) => count > (before[index] ?? 0) + 10),
    );
  });
});
