import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DevicePresence } from '../../engine/capture/v4l2/DevicePresence';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 5000;

describe('DevicePresence', () => {
  let root: string;
  let presence: DevicePresence;
  let told: string[];
  const device = () => join(root, 'dev/v4l/by-id/usb-camera');
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rtcbot-presence-'));
    mkdirSync(join(root, 'dev'));
    told = [];
  });
  afterEach(() => {
    presence.close();
    rmSync(root, { recursive: true });
  });

  function watch(path = device()): void {
    presence = new DevicePresence(path);
    presence.on('plugged', () => told.push('plugged'));
    presence.on('unplugged', () => told.push('unplugged'));
  }
  function plug(): void {
    writeFileSync(join(root, 'dev/video0'), '');
    mkdirSync(join(root, 'dev/v4l/by-id'), { recursive: true });
    symlinkSync('../../video0', device());
  }
  function unplug(): void {
    rmSync(join(root, 'dev/video0'));
    rmSync(join(root, 'dev/v4l'), { recursive: true });
  }
  const untilTold = (count: number) =>
    waitFor(`${count} events`, LIMIT_MS, () => told.length >= count, { everyMs: 5 });

  it('tells of each coming and going, though the directories come and go too', async () => {
    plug();
    watch();
    assert.ok(presence.isPresent && presence.wasSeen);
    for (let round = 1; round <= 3; round += 1) {
      unplug();
      await untilTold(2 * round - 1);
      assert.equal(presence.isPresent, false);
      plug();
      await untilTold(2 * round);
    }
    assert.deepEqual(told, Array(3).fill(['unplugged', 'plugged']).flat());
  });

  it('knows whether a device was ever seen', async () => {
    watch();
    assert.deepEqual([presence.isPresent, presence.wasSeen], [false, false]);
    plug();
    await untilTold(1);
    unplug();
    await untilTold(2);
    assert.deepEqual([presence.isPresent, presence.wasSeen], [false, true]);
  });

  it('counts a name that leads nowhere as gone', async () => {
    plug();
    watch();
    rmSync(join(root, 'dev/video0'));
    assert.equal(presence.isPresent, false);
  });

  it('is not told by writes to other devices', async () => {
    watch(join(root, 'dev/video0'));
    writeFileSync(join(root, 'dev/null'), 'x');
    for (let count = 0; count < 50; count += 1) writeFileSync(join(root, 'dev/null'), 'xx');
    writeFileSync(join(root, 'dev/video0'), '');
    await untilTold(1);
    assert.deepEqual(told, ['plugged']);
  });

  it('tells nothing any more when it is closed, and can be closed twice', async () => {
    watch();
    presence.close();
    presence.close();
    plug();
    const other = new DevicePresence(device());
    const gone = new Promise(resolve => other.once('unplugged', () => resolve(true)));
    unplug();
    await gone;
    other.close();
    assert.deepEqual(told, []);
  });

  it('can wait for a path of which nothing exists', () => {
    watch('/nowhere/at/all/video0');
    assert.equal(presence.isPresent, false);
  });
});
