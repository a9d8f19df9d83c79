import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { FfmpegCapture } from '../../engine/capture/ffmpeg/FfmpegCapture';
import { type MediaError, SourceStalledError } from '../../engine/model/errors/errors';
import type { OriginRun } from '../../engine/model/Origin';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { ManualClock } from '../support/ManualClock';
import { childrenOf } from '../support/processes';
import { programPath } from '../support/programPath';

/** One run of a capture, until it fails. */
function run(origin: FfmpegCapture): { run: OriginRun; failure: Promise<MediaError> } {
  let failed: (error: MediaError) => void = () => {};
  const failure = new Promise<MediaError>(resolve => {
    failed = resolve;
  });
  return { run: origin.open({ unit: () => {}, failed, ended: () => {} }), failure };
}

describe('An RTSP camera that lets its start time pass', () => {
  it('gets more time at the next try, and is looked at for one picture only', async () => {
    const clock = new ManualClock();
    const ffmpeg = new FfmpegFinder({ setting: programPath('ffmpeg') });
    const sockets: Socket[] = [];
    const camera = createServer(socket => sockets.push(socket.resume().on('error', () => {})));
    camera.on('connection', () => clock.advance(15_000));
    camera.listen(0, '127.0.0.1');
    await once(camera, 'listening');
    const { port } = camera.address() as AddressInfo;
    const url = `rtsp://127.0.0.1:${port}/slow`;
    const origin = new FfmpegCapture(
      { source: 'url', url, rtspTransport: 'tcp' },
      { ffmpeg, clock },
    );

    const first = run(origin);
    const stalled = await first.failure;
    assert.ok(stalled instanceof SourceStalledError, String(stalled));
    assert.equal(stalled.facts.seconds, 15);
    await first.run.close();

    const second = run(origin);
    await once(camera, 'connection');
    const command = childrenOf(process.pid).find(({ name }) => name === 'ffmpeg')?.command ?? [];
    assert.match(command.join(' '), /-analyzeduration 0 -probesize 32 /);
    clock.advance(30_000);
    const again = await second.failure;
    assert.ok(again instanceof SourceStalledError, String(again));
    assert.equal(again.facts.seconds, 45);
    await second.run.close();
    for (const socket of sockets) socket.destroy();
    camera.close();
    await once(camera, 'close');
  });
});
