import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../support/packedPackage';

const run = promisify(execFile);

describe('a bench', () => {
  it('of sending tells what a packet costs in each way', async () => {
    const words = ['--import', 'tsx', join(ROOT, 'bench/send.ts'), '--small'];
    const { stdout } = await run(process.execPath, words, { cwd: ROOT, timeout: 60_000 });
    const { results } = JSON.parse(stdout) as { results: { name: string; usPerPacket: number }[] };
    assert.deepEqual(
      results.map(({ name }) => name),
      ['floor', 'AES-GCM', 'AES-CM', 'AES-CM through the stack'],
    );
    for (const { name, usPerPacket } of results) assert.ok(usPerPacket > 0, name);
  });
});
