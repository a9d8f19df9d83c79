import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlowNode, flowNode } from './flowNode';
import { NodeRed } from './NodeRed';

/** What can be done to an engine: end it from outside, which lets it say nothing; a fault; a loop without end. */
export type Harm = 'terminate' | 'crash' | 'hang';

/** Runs before all else in Node-RED's process and in its worker threads, and waits for orders. */
const PRELOAD = `
const { isMainThread, BroadcastChannel } = require('node:worker_threads');
if (isMainThread) process.on('worker', worker => { globalThis.rtcbotTestWorker = worker; });
else {
  const orders = new BroadcastChannel('harm');
  orders.onmessage = ({ data }) => {
    if (data === 'hang') for (;;) {}
    if (data === 'crash') setImmediate(() => { throw new Error('a fault of the test'); });
  };
  orders.unref();
}`;

const ROUTE = '/harm-engine';

/** Starts a Node-RED whose engine can be done harm to. */
export function startHarmable(flows: readonly FlowNode[]): Promise<NodeRed> {
  const preload = join(mkdtempSync(join(tmpdir(), 'rtcbot-harm-')), 'preload.js');
  writeFileSync(preload, PRELOAD);
  return NodeRed.start({
    flows: [
      ...flows,
      flowNode('harm', 'http in', { url: ROUTE, method: 'get', wires: [['harming']] }),
      flowNode('harming', 'function', {
        func: "global.get('harm')(msg.payload.how); msg.payload = {}; return msg;",
        wires: [['harmed']],
      }),
      flowNode('harmed', 'http response'),
    ],
    globals: {
      harm: `how => {
        if (how === 'terminate') return void globalThis.rtcbotTestWorker.terminate();
        const orders = new (require('node:worker_threads').BroadcastChannel)('harm');
        orders.postMessage(how);
        setTimeout(() => orders.close(), 100);
      }`,
    },
    env: { NODE_OPTIONS: `--require ${preload}` },
  });
}

/** Does it, to the engine that runs now. */
export async function harm(nodeRed: NodeRed, how: Harm): Promise<void> {
  await nodeRed.getJson(`${ROUTE}?how=${how}`);
}
