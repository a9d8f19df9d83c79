import type { EventEmitter } from 'node:events';
import type { FlowNode } from './flowNode';

/** A running node, as far as these tests look at it. */
export interface TestNode extends EventEmitter {
  readonly id: string;
  receive(message?: object): void;
}

/** A message as it arrives at a node. */
export type Message = Record<string, unknown>;

/** A status that a node has set. */
export interface NodeStatusCall {
  readonly fill?: string;
  readonly shape?: string;
  readonly text?: string;
}

interface Helper {
  init(runtime: string, settings: object): void;
  load(
    nodeFiles: readonly unknown[],
    flow: readonly object[],
    credentials?: Readonly<Record<string, object>>,
  ): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): TestNode;
}

// The package has no types of its own.
const helper: Helper = require('node-red-node-test-helper');
// Its settings have no `get` that works before a runtime was started.
helper.init(require.resolve('node-red'), { get: () => undefined });

/** A flow that runs in this process, without Node-RED's servers. */
export interface LoadedFlow {
  node(id: string): TestNode;
  /** What has arrived at a node of type `helper` so far. */
  messages(id: string): readonly Message[];
  /** Every status that a node has set so far. */
  statuses(id: string): readonly NodeStatusCall[];
  unload(): Promise<void>;
}

/** Loads built node files (`camera`, `rtc-connection`) and starts a flow of them. */
export async function loadFlow(
  files: readonly string[],
  flow: readonly FlowNode[],
  credentials: Readonly<Record<string, object>> = {},
): Promise<LoadedFlow> {
  const messages = new Map<string, Message[]>();
  const statuses = new Map<string, NodeStatusCall[]>();
  /** Stands first in line, so that no status set while the flow starts is missed. */
  const recorder = (RED: { nodes: { createNode(node: TestNode, config: object): void } }) => {
    const { createNode } = RED.nodes;
    RED.nodes.createNode = (node, config) => {
      createNode.call(RED.nodes, node, config);
      const own = listIn(statuses, node.id);
      node.on('call:status', call => own.push(call.args[0]));
    };
  };
  const nodes = files.map(file => require(`../../dist/nodes/${file}.js`));
  await helper.load([recorder, ...nodes], flow, credentials);
  for (const { id } of flow.filter(({ type }) => type === 'helper')) {
    const received = listIn(messages, id);
    helper.getNode(id).on('input', message => received.push(message));
  }
  return {
    node: id => helper.getNode(id),
    messages: id => listIn(messages, id),
    statuses: id => listIn(statuses, id),
    unload: () => helper.unload(),
  };
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key) ?? [];
  lists.set(key, known);
  return known;
}
