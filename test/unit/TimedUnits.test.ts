import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TimedUnits } from '../../engine/capture/picamera/TimedUnits';
import { Fifo } from '../../engine/process/Fifo';
import { waitFor } from '../support/waitFor';

/** Units and times, with the moment in the test's hands in which everything has been read. */
function timed({ hasTimes = true } = {}) {
  const got: string[] = [];
  const later: (() => void)[] = [];
  const units = new TimedUnits((data, timeMs) => got.push(`${data} ${timeMs ?? 'untimed'}`), {
    hasTimes,
    later: callback => later.push(callback),
  });
  /** The unit at the end of the stream, which nothing has ended yet. */
  let tail = '';
  units.from({
    end: () => {
      if (!tail) return false;
      const text = tail;
      tail = '';
      units.push(Buffer.from(text));
      return true;
    },
  });
  return {
    ...{ units, got },
    unit: (text: string) => units.push(Buffer.from(text)),
    begin: (text: string) => {
      tail = text;
    },
    allRead: () => {
      for (const callback of later.splice(0)) callback();
    },
  };
}

describe('TimedUnits', () => {
  it('ends the unit at the end of the stream when its time comes', () => {
    const { units, got, begin, allRead } = timed();
    begin('a');
    units.line('0.000');
    assert.deepEqual(got, []);
    allRead();
    begin('b');
    units.line('33.367');
    allRead();
    assert.deepEqual(got, ['a 0', 'b 33.367']);
  });

  it('gives each unit its own time, however far the reading lags', () => {
    const { units, got, unit, begin, allRead } = timed();
    unit('a');
    units.line('0.000');
    unit('b');
    begin('c');
    units.line('33.000');
    // Of c only the beginning is there.
    allRead();
    assert.deepEqual(got, ['a 0', 'b 33']);
    units.line('66.000');
    allRead();
    assert.deepEqual(got, ['a 0', 'b 33', 'c 66']);
  });

  it('ignores the time of what is no picture, and lines that are no time', () => {
    const { units, got, begin, allRead } = timed();
    units.line('# timecode format v2');
    units.line('0.000');
    allRead();
    begin('a');
    units.line('1.000');
    allRead();
    assert.deepEqual(got, ['a 1']);
  });

  it('gives up on times that do not come', () => {
    const { units, got, unit, allRead } = timed();
    for (let count = 0; count < 40; count += 1) unit(`${count}`);
    assert.equal(got.length, 40);
    assert.equal(got[0], '0 untimed');
    units.line('1.000');
    allRead();
    assert.equal(got.length, 40);
  });

  it('waits for none where there are none', () => {
    const { got, unit } = timed({ hasTimes: false });
    unit('a');
    assert.deepEqual(got, ['a untimed']);
  });

  it('gives nothing after its end', () => {
    const { units, got, begin, allRead } = timed();
    begin('a');
    units.line('0.000');
    units.close();
    allRead();
    assert.deepEqual(got, []);
  });
});

describe('Fifo', () => {
  it('hands over what a program writes to it by name, and is gone afterwards', async () => {
    const fifo = await Fifo.make();
    assert.ok(fifo);
    const lines: string[] = [];
    fifo.onLine(line => lines.push(line));
    // Twice: its end never comes.
    for (const text of ['1\n2', '3']) {
      const script = `require('fs').writeFileSync(process.argv[1], process.argv[2] + '\\n')`;
      await once(spawn(process.execPath, ['-e', script, fifo.path, text]), 'exit');
    }
    await waitFor('three lines', 5000, () => lines.length === 3);
    assert.deepEqual(lines, ['1', '2', '3']);
    await Promise.all([fifo.close(), fifo.close()]);
    assert.equal(existsSync(fifo.path), false);
  });
});
