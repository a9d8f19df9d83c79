import { type FlowNode, flowNode } from './flowNode';
import type { NodeRed } from './NodeRed';

/** What the nodes of `observers` have recorded since Node-RED was started. */
export interface Observed {
  /** What the events output of rtc-connection sent. */
  readonly events: readonly { payload: string; peer: string; reason?: string; atMs: number }[];
  /** What the catch node got: the messages of errors and the ids of their nodes. */
  readonly errors: readonly { text: string; node: string }[];
  /** Every status that a node has set, from its very start (a status node misses the first ones). */
  readonly statuses: readonly { text: string; fill: string; shape: string; node: string }[];
}

/**
 * Nodes that record what a flow reports: a function node `events` to wire to, a catch node,
 * and a route from which `observed` reads.
 */
export function observers(): FlowNode[] {
  return [
    recorder(
      'events',
      '{ payload: msg.payload, peer: msg.peer, reason: msg.reason, atMs: Date.now() }',
    ),
    flowNode('catch', 'catch', { scope: null, uncaught: false, wires: [['errors']] }),
    recorder('errors', '{ text: msg.error.message, node: msg.error.source.id }'),
    flowNode('observed', 'http in', { url: '/observed', method: 'get', wires: [['report']] }),
    flowNode('report', 'function', {
      func: `msg.payload = {
  events: flow.get('events') || [],
  errors: flow.get('errors') || [],
  statuses: global.get('statuses'),
};
return msg;`,
      wires: [['reply']],
    }),
    flowNode('reply', 'http response'),
  ];
}

/** Reads what the observers of a running flow have recorded. */
export function observed(nodeRed: NodeRed): Promise<Observed> {
  return nodeRed.getJson<Observed>('/observed');
}

/**
 * Global context for settings.js, in which the statuses of all nodes are kept. They are taken where
 * the editor gets them: from the runtime's events.
 */
export function statusRecorder(): string {
  return `(() => {
    const statuses = [];
    const { events } = require(${JSON.stringify(require.resolve('@node-red/util'))});
    events.on('node-status', ({ id, status }) => statuses.push({ ...status, node: id }));
    return statuses;
  })()`;
}

/** A function node that keeps what `expression` makes of each message, in the flow's context. */
function recorder(name: string, expression: string): FlowNode {
  return flowNode(name, 'function', {
    func: `flow.set('${name}', [...(flow.get('${name}') || []), ${expression}]);`,
  });
}
