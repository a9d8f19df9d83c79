import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { onFlowsStarted } from '../../nodes/lib/onFlowsStarted';

describe('onFlowsStarted', () => {
  it('calls all who listen, with one listener at the events of Node-RED', () => {
    const events = new EventEmitter();
    const called: number[] = [];
    for (let node = 0; node < 12; node += 1) onFlowsStarted({ events }, () => called.push(node));
    assert.equal(events.listenerCount('flows:started'), 1);
    events.emit('flows:started');
    assert.deepEqual(called, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('calls nobody who has ended that, whoever does it while all are called', () => {
    const events = new EventEmitter();
    const called: string[] = [];
    const end = onFlowsStarted({ events }, () => {
      called.push('first');
      end();
    });
    onFlowsStarted({ events }, () => called.push('second'));
    events.emit('flows:started');
    events.emit('flows:started');
    assert.deepEqual(called, ['first', 'second', 'second']);
  });
});
