import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { epochMs, systemClock, timeOfDay } from '../../engine/model/Clock';

describe('the system clock', () => {
  it('calls back once, and not before its time', async () => {
    const beforeMs = systemClock.now();
    const keepAlive = setTimeout(() => {}, 5000);
    await new Promise<void>(resolve => systemClock.after(20, resolve));
    clearTimeout(keepAlive);
    assert.ok(systemClock.now() - beforeMs >= 19);
  });

  it('does not call back what was cancelled', async () => {
    let calls = 0;
    systemClock.after(0, () => {
      calls += 1;
    })();
    const keepAlive = setTimeout(() => {}, 5000);
    await new Promise<void>(resolve => systemClock.after(5, resolve));
    clearTimeout(keepAlive);
    await turn();
    assert.equal(calls, 0);
  });

  it('goes on as before when the clock of the system is set, and the time of day follows', context => {
    const beforeMs = epochMs();
    const day = timeOfDay(beforeMs);
    const realMs = Date.now();
    let hourMs = 0;
    context.mock.method(Date, 'now', () => realMs + hourMs);
    for (hourMs of [3_600_000, -3_600_000]) {
      assert.ok(Math.abs(epochMs() - beforeMs) < 10_000);
      assert.ok(Math.abs(timeOfDay(beforeMs) - day - hourMs) < 10_000);
    }
  });

  it('keeps the distances of times that are told of one after the other', () => {
    const first = timeOfDay(1000);
    const steps = Array.from({ length: 1000 }, (_, at) => timeOfDay(1000 + at) - first - at);
    // A machine whose clock is being slewed may come a step of more than the rounding nearer.
    assert.ok(new Set(steps.map(step => Math.round(step))).size <= 2, `${new Set(steps)}`);
  });

  it('tells the same time in every thread', async () => {
    const code = `const { performance } = require('node:perf_hooks');
      require('node:worker_threads').parentPort.postMessage(performance.timeOrigin + performance.now());`;
    const beforeMs = epochMs();
    const worker = new Worker(code, { eval: true });
    const [thereMs] = await once(worker, 'message');
    const afterMs = epochMs();
    await worker.terminate();
    assert.ok(thereMs >= beforeMs - 1 && thereMs <= afterMs + 1, `${beforeMs} ${thereMs}`);
    assert.ok(Math.abs(afterMs - Date.now()) < 1000);
  });
});
