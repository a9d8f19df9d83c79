import { type FlowNode, flowNode } from '../test/support/flowNode';
import type { NodeRed } from '../test/support/NodeRed';

/** How late timers of Node-RED's main thread were, in ms beyond their 10 ms. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const RESOLUTION_MS = 10;

/** For the global context: measures the event loop of the main thread from the start on. */
export const LOOP_GLOBALS = {
  loopDelay: `(() => {
      const { monitorEventLoopDelay } = require('node:perf_hooks');
      const histogram = monitorEventLoopDelay({ resolution: ${RESOLUTION_MS} });
      histogram.enable();
      return histogram;
    })()`,
};

/** A route that hands out the measurement and starts it anew. */
export function loopNodes(): FlowNode[] {
  return [
    flowNode('loop-in', 'http in', { url: '/loop', method: 'get', wires: [['loop-read']] }),
    flowNode('loop-read', 'function', {
      func: `const histogram = global.get('loopDelay');
const late = percentile => Math.max(0, histogram.percentile(percentile) / 1e6 - ${RESOLUTION_MS});
msg.payload = { p50Ms: late(50), p99Ms: late(99) };
histogram.reset();
return msg;`,
      wires: [['loop-out']],
    }),
    flowNode('loop-out', 'http response'),
  ];
}

/** The delay since the last call. */
export function takeLoopDelay(nodeRed: NodeRed): Promise<LoopDelay> {
  return nodeRed.getJson<LoopDelay>('/loop');
}
