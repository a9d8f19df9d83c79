import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { freePort } from '../support/freePort';
import { NpmStart } from '../support/NpmStart';
import { descendantsOf, isRunning } from '../support/processes';
import { waitFor } from '../support/waitFor';

describe('npm start', () => {
  it('prints the addresses of the live page and the editor, which answer, and stops on Ctrl-C', async () => {
    const run = new NpmStart(await freePort());
    try {
      const { page, editor } = await run.addresses();
      assert.match(await (await fetch(page)).text(), /<rtcbot-player/);
      assert.match(await (await fetch(editor)).text(), /Node-RED/);

      const below = descendantsOf(run.child.pid as number);
      assert.ok(below.length > 0);
      run.child.kill('SIGINT');
      assert.deepEqual(await run.ended, [0, null]);
      // Those that Node-RED had asked to end may need a moment more than itself.
      await waitFor('end of all processes', 2000, () => {
        assert.deepEqual(
          below.filter(({ pid }) => isRunning(pid)),
          [],
        );
        return true;
      });
      assert.deepEqual(run.leftFiles, []);
    } finally {
      await run.stop();
    }
  });

  it('stops when npm is told to', async () => {
    const port = await freePort();
    const run = new NpmStart(port, {}, true);
    try {
      await run.addresses();
      const below = descendantsOf(run.child.pid as number);
      assert.ok(below.length > 1);
      run.child.kill('SIGTERM');
      await run.ended;
      await waitFor('end of all processes', 20_000, () =>
        below.every(({ pid }) => !isRunning(pid)),
      );
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      assert.deepEqual(run.leftFiles, []);
    } finally {
      await run.stop();
    }
  });

  it('says so when the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const run = new NpmStart(port);
    assert.deepEqual(await run.ended, [1, null]);
    assert.match(run.text, new RegExp(`^Port ${port} is in use.*PORT=`));
    await run.stop();
    server.close();
    await once(server, 'close');
  });
});
