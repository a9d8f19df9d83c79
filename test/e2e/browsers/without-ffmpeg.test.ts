import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { launchChromium } from '../../support/chromium';
import { freePort } from '../../support/freePort';
import { NpmStart } from '../../support/NpmStart';
import { assertLive } from '../../support/pictureClock';
import { descendantsOf } from '../../support/processes';

describe('npm start on a machine without ffmpeg', () => {
  it('shows the live picture, encoded by the ffmpeg of a devDependency', async () => {
    const run = new NpmStart(await freePort(), { PATH: '/nowhere', FFMPEG_PATH: '' });
    const browser = await launchChromium();
    try {
      const { page: address } = await run.addresses();
      const page = await browser.open(address);
      await assertLive(page);
      const encoders = descendantsOf(run.child.pid as number).filter(({ name }) =>
        name.startsWith('ffmpeg'),
      );
      assert.ok(encoders.length > 0);
      for (const { pid } of encoders) {
        assert.match(readlinkSync(`/proc/${pid}/exe`), /node_modules/);
      }
    } finally {
      await browser.close();
      await run.stop();
    }
  });
});
