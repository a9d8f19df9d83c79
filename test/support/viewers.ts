/** A process of viewers, forked by `ViewerProcess`: so many come within a time, and stay. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LossyPath } from './LossyPath';
import { NativeViewer } from './NativeViewer';
import { seededRandom } from './recordings';
import type { Arrival, FromViewers, ToViewers } from './ViewerProcess';

const viewers: NativeViewer[] = [];
let path: LossyPath | undefined;

process.on('message', (message: ToViewers) => {
  if (message === 'report') tell({ reports: viewers.map(viewer => viewer.report()) });
  else if (message === 'close') void end();
  else void arrive(message);
});
process.on('disconnect', () => void end());
tell('ready');

async function arrive({ origin, count, withinMs, seed, leaves, faults }: Arrival): Promise<void> {
  path = faults && (await LossyPath.start(origin, faults));
  const url = `${path?.origin ?? origin}/rtcbot/connect`;
  const random = seededRandom(seed);
  const times = Array.from({ length: count }, () => random() * withinMs);
  await Promise.all(
    times.map(async atMs => {
      await sleep(atMs);
      const viewer = new NativeViewer();
      viewers.push(viewer);
      if (leaves) void viewer.firstPacket.then(() => viewer.close());
      await viewer.connect(url);
    }),
  );
  tell('came');
}

async function end(): Promise<void> {
  for (const viewer of viewers.splice(0)) viewer.close();
  await path?.close();
  // libdatachannel keeps threads of its own, which do not end by themselves.
  setTimeout(() => process.exit(0), 300);
}

function tell(message: FromViewers): void {
  process.send?.(message);
}
