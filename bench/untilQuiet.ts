import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeRed } from '../test/support/NodeRed';
import { treeUsage } from '../test/support/usage';
import { waitFor } from '../test/support/waitFor';

/** Waits until start and warm-up are over: less than a tenth of a core is used for a second. */
export async function untilQuiet(nodeRed: NodeRed): Promise<void> {
  const cpuMs = () => {
    const { ownCpuMs, childrenCpuMs } = treeUsage(nodeRed.pid);
    return ownCpuMs + childrenCpuMs;
  };
  let before = cpuMs();
  await waitFor('quiet Node-RED', 30_000, async () => {
    await sleep(1000);
    const used = cpuMs() - before;
    before += used;
    return used < 100;
  });
}
