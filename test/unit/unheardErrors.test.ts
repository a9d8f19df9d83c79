import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';

/** A thread that does this with what it needs, after it has asked to survive. */
function thread(script: string): Worker {
  const module = JSON.stringify(join(__dirname, '../../engine/process/unheardErrors.ts'));
  const code = `
    const { parentPort } = require('node:worker_threads');
    require('tsx/cjs/api').require(${module}, ${JSON.stringify(__filename)})
      .surviveUnheardErrors(text => parentPort.postMessage(text.split('\\n')[0]), async () => parentPort.postMessage('farewell'));
    parentPort.on('message', note => parentPort.postMessage(note));
    ${script}`;
  return new Worker(code, { eval: true });
}

describe('a thread that survives unheard errors', () => {
  for (const { of, script, told } of [
    {
      of: 'a UDP socket',
      script: "require('node:dgram').createSocket('udp4').bind(0, '192.0.2.1');",
      told: /bind EADDRNOTAVAIL 192\.0\.2\.1/,
    },
    {
      of: 'a child',
      script: "require('node:child_process').spawn('/no/such/program');",
      told: /spawn \/no\/such\/program ENOENT/,
    },
    {
      of: 'a stream',
      script: "require('node:fs').createReadStream('/no/such/file').resume();",
      told: /ENOENT: no such file or directory, open/,
    },
  ]) {
    it(`goes on after one of ${of}, and tells it`, async () => {
      const worker = thread(script);
      const [text] = await once(worker, 'message');
      assert.match(text, told);
      worker.postMessage('alive');
      const [note] = await once(worker, 'message');
      assert.equal(note, 'alive');
      await worker.terminate();
    });
  }

  it('ends with a fault of the program', async () => {
    const worker = thread("setImmediate(() => { throw new TypeError('a fault'); });");
    const told: unknown[] = [];
    worker.on('message', text => told.push(text));
    const [error] = await once(worker, 'error');
    assert.match(String(error), /a fault/);
    assert.deepEqual(told, ['farewell'], 'the peers are told before');
  });
});
