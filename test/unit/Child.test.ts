import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  Child,
  type ChildExit,
  type ChildHandlers,
  type ChildOptions,
} from '../../engine/process/Child';

/** A child running a script of Node, with its exit as a promise and its output collected. */
function node(
  script: string,
  options: Partial<ChildOptions> = {},
  handlers: Partial<ChildHandlers> = {},
) {
  const output: Buffer[] = [];
  const lines: string[] = [];
  let exited: (exit: ChildExit) => void = () => {};
  const exit = new Promise<ChildExit>(resolve => {
    exited = resolve;
  });
  const child = new Child(
    { program: process.execPath, args: ['-e', script], label: 'script', ...options },
    {
      data: chunk => output.push(chunk),
      stderr: line => lines.push(line),
      exit: exited,
      ...handlers,
    },
  );
  return { child, exit, lines, text: () => Buffer.concat(output).toString() };
}

function isAlive(pid: number | undefined): boolean {
  assert.ok(pid);
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The first output of a child, as the sign that it runs. */
function started(options: Partial<ChildOptions>, script: string) {
  return new Promise<Child>(resolve => {
    const { child } = node(script, options, { data: () => resolve(child) });
  });
}

describe('Child', () => {
  it('gives back through stdout what was written to stdin, in order', async () => {
    const { child, exit, text } = node('', { program: 'cat', args: [] });
    assert.equal(child.write(Buffer.from('one '), Buffer.from('two ')), true);
    child.write(Buffer.from('three'));
    child.endInput();
    assert.deepEqual(await exit, { code: 0, signal: null, lastWords: [] });
    assert.equal(text(), 'one two three');
  });

  it('hands arguments over untouched, without a shell', async () => {
    const { exit, text } = node('', { args: ['-p', 'process.argv[1]', '$HOME; `id` "*"'] });
    await exit;
    assert.equal(text().trim(), '$HOME; `id` "*"');
  });

  it('tells the exit after all output, with the last lines of stderr', async () => {
    const script = `
      for (let i = 0; i < 30; i++) console.error('line ' + i);
      process.stdout.write('x'.repeat(1e6));
      process.exitCode = 3`;
    const { exit, lines, text } = node(script);
    const { code, lastWords } = await exit;
    assert.equal(code, 3);
    assert.equal(text().length, 1e6);
    assert.equal(lines.length, 30);
    assert.deepEqual(
      [lastWords.length, lastWords[0], lastWords.at(-1)],
      [20, 'line 10', 'line 29'],
    );
  });

  it('takes secrets out of its last words, those of addresses and those that are known', async () => {
    const program = `console.error('rtsp://ann:p@ss@cam/1?key=hush: gone'); console.error('no silence')`;
    const { exit } = node(program, { secrets: ['silence'] });
    assert.deepEqual((await exit).lastWords, ['rtsp://cam/1?…: gone', 'no …']);
  });

  for (const { it: sentence, program, code } of [
    { it: 'tells that the program does not exist', program: '/nowhere/program', code: 'ENOENT' },
    { it: 'tells that the file is not a program', program: __filename, code: 'EACCES' },
    { it: 'tells that the name is impossible', program: 'a\0b', code: 'ERR_INVALID_ARG_VALUE' },
  ]) {
    it(sentence, async () => {
      const { child, exit } = node('', { program });
      const { error, code: exitCode } = await exit;
      assert.equal((error as NodeJS.ErrnoException).code, code);
      assert.equal(exitCode, null);
      assert.equal(child.pid, undefined);
      assert.equal(child.write(Buffer.from('x')), false);
      await child.stop();
    });
  }

  it('refuses to write after the program has gone, without throwing', async () => {
    const { child, exit } = node('process.stdin.destroy(); process.exit(0)');
    const big = Buffer.alloc(1 << 20);
    child.write(big);
    await exit;
    assert.equal(child.write(big), false);
  });

  it('counts the bytes that wait in stdin', async () => {
    const child = await started({}, `console.log('up'); setInterval(() => {}, 1000)`);
    const big = Buffer.alloc(4 << 20);
    child.write(big, big);
    assert.ok(child.backlogBytes > 4 << 20);
    await child.stop();
  });

  it('kills a filter on stop, and says no more', async () => {
    let exits = 0;
    const child = await new Promise<Child>(resolve => {
      const { child } = node(
        `setInterval(() => console.log('tick'), 1)`,
        {},
        {
          data: () => resolve(child),
          exit: () => exits++,
        },
      );
    });
    await Promise.all([child.stop(), child.stop()]);
    assert.equal(isAlive(child.pid), false);
    assert.equal(exits, 0);
  });

  it('lets a device program finish its work when it is stopped', async () => {
    const script = `
      process.on('SIGINT', () => {
        process.stdout.write('x'.repeat(1e6), () => require('fs').writeSync(2, 'closed') && process.exit(0));
      });
      console.log('up'); setInterval(() => {}, 1000)`;
    const begun = performance.now();
    const child = await started({ stopSignal: 'SIGINT', graceMs: 60_000 }, script);
    await child.stop();
    assert.equal(isAlive(child.pid), false);
    assert.ok(performance.now() - begun < 30_000);
  });

  it('kills a program that does not obey', async () => {
    const script = `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`;
    const child = await started({ stopSignal: 'SIGTERM', graceMs: 50 }, script);
    await child.stop();
    assert.equal(isAlive(child.pid), false);
  });

  it('ends although a grandchild holds the pipes open', async () => {
    const script = `
      const { pid } = require('child_process').spawn('sleep', ['30'], { stdio: 'inherit' });
      console.log(pid); setTimeout(() => process.exit(5), 50)`;
    const { exit, text } = node(script);
    assert.equal((await exit).code, 5);
    process.kill(Number(text()), 'SIGKILL');
  });

  it('goes on when a handler throws, and warns once', async () => {
    const warned = once(process, 'warning');
    let chunks = 0;
    const script = `let i = 0; const t = setInterval(() => { console.log(i); if (++i === 5) clearInterval(t) }, 20)`;
    let exited: () => void = () => {};
    const over = new Promise<void>(resolve => {
      exited = resolve;
    });
    node(
      script,
      {},
      {
        data: () => {
          chunks++;
          throw new Error('fault at rtsp://ann:secret@cam/');
        },
        exit: exited,
      },
    );
    await over;
    assert.ok(chunks > 1);
    const [warning] = await warned;
    assert.match(String(warning), /A handler of script threw: Error: fault at rtsp:\/\/cam\//);
  });

  it('takes its children along when its thread ends', async () => {
    const module = JSON.stringify(resolve(__dirname, '../../engine/process/Child'));
    const script = `
      const { Child } = require(${module});
      const child = new Child({ program: 'sleep', args: ['60'], label: 's' }, { data() {}, exit() {} });
      console.log(child.pid);
      setTimeout(() => process.exit(0), 50);`;
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
      encoding: 'utf8',
    });
    // The system needs a moment to bury it; the program itself would take a minute.
    const deadline = performance.now() + 10_000;
    while (isAlive(Number(stdout)) && performance.now() < deadline) await setImmediate();
    assert.equal(isAlive(Number(stdout)), false);
  });
});
