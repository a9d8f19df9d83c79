import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inflow } from '../../client/connection/Inflow';

function inflowOf(...reports: (Record<string, object> | Error)[]) {
  return new Inflow({
    getStats: async () => {
      const report = reports.shift();
      if (report instanceof Error) throw report;
      return new Map(Object.entries(report ?? {})) as unknown as RTCStatsReport;
    },
  });
}

const pair = (bytesReceived?: number) => ({ type: 'candidate-pair', bytesReceived });

describe('what comes in on the path of a connection', () => {
  it('has grown when bytes came on any pair', async () => {
    const inflow = inflowOf(
      { a: pair(100), b: pair(0) },
      { a: pair(100), b: pair(0) },
      { a: pair(100), b: pair(1) },
    );
    assert.equal(await inflow.hasGrown(), true);
    assert.equal(await inflow.hasGrown(), false);
    assert.equal(await inflow.hasGrown(), true);
  });

  it('is nothing where the browser does not count it', async () => {
    const inflow = inflowOf({ a: pair(), b: { type: 'transport', bytesReceived: 7 } });
    assert.equal(await inflow.hasGrown(), false);
  });

  it('is nothing once the connection is closed', async () => {
    assert.equal(await inflowOf(new Error('closed')).hasGrown(), false);
  });
});
