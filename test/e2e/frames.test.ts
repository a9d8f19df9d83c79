import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type FlowNode, flowNode, TAB } from '../support/flowNode';
import { cameraNode, exampleFlow } from '../support/flows';
import { mediaObservers, newestFrame, type SeenFrame, seenMedia } from '../support/mediaObservers';
import { NodeRed } from '../support/NodeRed';
import { observed, observers } from '../support/observers';
import { contrast, pixelsOf } from '../support/pixels';
import { treeUsage } from '../support/usage';
import { waitFor } from '../support/waitFor';

const MIB = 2 ** 20;
/** How long the slow flow is watched, in ms, and the first part in which memory may still settle. */
const WATCHED_MS = 60_000;
const SETTLING_MS = 10_000;
/** Garbage comes and goes in this time, in ms: what is least in it is what is really held. */
const WINDOW_MS = 10_000;
/** A queue of raw frames of the test pattern would grow by some 22 MiB a second. */
const GROWTH_LIMIT_BYTES_PER_S = MIB / 2;

describe('frames of a camera', () => {
  let nodeRed: NodeRed;
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'rtcbot-frames-'));
    nodeRed = await NodeRed.start();
  });
  after(async () => {
    await nodeRed?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const deploy = (camera: Partial<FlowNode>, more: FlowNode[] = []) =>
    nodeRed.deploy([
      TAB,
      cameraNode({ wires: [[], ['frames']], ...camera }),
      ...more,
      ...observers(),
      ...mediaObservers(),
    ]);
  const framesSeen = (count: number, limitMs = 20_000): Promise<SeenFrame[]> =>
    waitFor(`${count} frames`, limitMs, async () => {
      const { frames } = await seenMedia(nodeRed);
      return frames.length >= count && [...frames];
    });

  it('are complete JPEG files unless set otherwise', async () => {
    await deploy({ name: 'my camera' });
    const [frame] = await framesSeen(5);
    assert.ok(frame);
    const { format, contentType, width, height, topic } = frame;
    assert.deepEqual(
      { format, contentType, width, height, topic },
      { format: 'jpeg', contentType: 'image/jpeg', width: 640, height: 480, topic: 'my camera' },
    );
    const pixels = pixelsOf(await newestFrame(nodeRed));
    assert.equal(pixels.length, width * height * 3);
    assert.ok(contrast(pixels) > 20);
  });

  for (const { format, bytesOfPixel } of [
    { format: 'rgb24', bytesOfPixel: 3 },
    { format: 'rgba', bytesOfPixel: 4 },
    { format: 'gray8', bytesOfPixel: 1 },
    { format: 'yuv420p', bytesOfPixel: 1.5 },
  ]) {
    it(`have the size of raw pixels as ${format}, as narrow as is set`, async () => {
      await deploy({ format, framesWidth: '320' });
      for (const frame of await framesSeen(5)) {
        const { width, height, bytes, contentType } = frame;
        assert.deepEqual([frame.format, width, height], [format, 320, 240]);
        assert.equal(bytes, 320 * 240 * bytesOfPixel);
        assert.equal(contentType, undefined);
      }
    });
  }

  it('come at most at the rate that is set', async () => {
    await deploy({ framesRate: '5' });
    // A busy machine may make it fewer for a while.
    await waitFor('16 frames on end at that rate', 30_000, async () => {
      const frames = (await framesSeen(16)).slice(-16);
      const [first, last] = [frames[0], frames[15]];
      assert.ok(first && last);
      const rate = 15_000 / (last.timestamp - first.timestamp);
      assert.ok(rate > 4 && rate < 5.3, `${rate} frames in a second`);
      return true;
    });
  });

  it('that a flow is too slow for are left out: memory stays flat for a minute', async t => {
    // The wait blocks the whole of Node-RED, as a heavy computation does.
    const slow = flowNode('slow', 'function', {
      func: 'const until = Date.now() + 200;\nwhile (Date.now() < until);\nreturn msg;',
      wires: [['frames']],
    });
    await deploy({ format: 'rgb24', wires: [[], ['slow']] }, [slow]);
    await framesSeen(3, 30_000);

    const samples: Sample[] = [];
    const startMs = performance.now();
    await waitFor('end of the watch', WATCHED_MS * 2, () => {
      const atMs = performance.now() - startMs;
      samples.push({ atMs, bytes: treeUsage(nodeRed.pid).ownRssBytes });
      return atMs > WATCHED_MS;
    });
    const growth = slopeOf(floorsOf(samples.filter(({ atMs }) => atMs > SETTLING_MS))) * 1000;
    t.diagnostic(`memory grew by ${(growth / MIB).toFixed(3)} MiB a second`);
    assert.ok(growth < GROWTH_LIMIT_BYTES_PER_S, `grows by ${growth / MIB} MiB a second`);

    const { frames } = await seenMedia(nodeRed);
    const [first, last] = [frames[0], frames.at(-1)];
    assert.ok(first && last);
    const dropped = last.sequence - first.sequence + 1 - frames.length;
    assert.ok(dropped > frames.length, `${dropped} dropped, ${frames.length} seen`);
    // The newest one, not one from a queue: the function's own 200 ms and the next one's are in it.
    const ages = frames.map(({ atMs, timestamp }) => atMs - timestamp).sort((a, b) => a - b);
    const age = ages[Math.floor(ages.length / 2)] ?? Number.NaN;
    assert.ok(age < 1500, `${age} ms old`);
  });

  it('"08 Snapshot to file": are one JPEG file for each message', async () => {
    const file = join(directory, 'snapshot.jpg');
    const flow = exampleFlow('08 Snapshot to file').map(node =>
      node.type === 'file' ? { ...node, filename: file } : node,
    );
    await nodeRed.deploy([...flow, TAB, ...observers()]);
    const button = flow.find(({ type }) => type === 'inject');
    const press = async () => {
      const response = await fetch(`${nodeRed.origin}/inject/${button?.id}`, { method: 'POST' });
      assert.equal(response.status, 200);
    };

    await press();
    const written = () =>
      waitFor('picture in the file', 15_000, () => {
        const picture = readFileSync(file);
        return contrast(pixelsOf(picture)) > 20 && picture;
      });
    const first = await written();
    assert.equal(pixelsOf(first).length, 640 * 480 * 3);

    const { mtimeMs } = statSync(file);
    await press();
    await waitFor('second picture', 15_000, () => statSync(file).mtimeMs > mtimeMs);
    assert.notDeepEqual(await written(), first);
    assert.deepEqual((await observed(nodeRed)).errors, []);
  });
});

/** What a process held at a moment. */
interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** The least sample of each whole window. */
function floorsOf(samples: readonly Sample[]): Sample[] {
  const startMs = samples[0]?.atMs ?? 0;
  const windows: Sample[][] = [];
  for (const sample of samples) {
    const index = Math.floor((sample.atMs - startMs) / WINDOW_MS);
    windows[index] = [...(windows[index] ?? []), sample];
  }
  return windows
    .slice(0, Math.floor((WATCHED_MS - SETTLING_MS) / WINDOW_MS))
    .flatMap(window => window.toSorted((a, b) => a.bytes - b.bytes).slice(0, 1));
}

/** The slope of the line through samples that leaves the least squares, in bytes per ms. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const meanMs = mean(samples.map(({ atMs }) => atMs));
  const meanBytes = mean(samples.map(({ bytes }) => bytes));
  const products = samples.map(({ atMs, bytes }) => (atMs - meanMs) * (bytes - meanBytes));
  const squares = samples.map(({ atMs }) => (atMs - meanMs) ** 2);
  return mean(products) / mean(squares);
}
