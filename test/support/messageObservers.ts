import { type FlowNode, flowNode } from './flowNode';
import type { NodeRed } from './NodeRed';

/** A message from a page that a flow got. */
export interface SeenMessage<Payload> {
  readonly payload: Payload;
  readonly peer: string;
  readonly channel: string;
}

/** A function node `messages` to wire to, which records what comes, and a route for `seenMessages`. */
export function messageObservers(): FlowNode[] {
  return [
    flowNode('messages', 'function', {
      initialize: "flow.set('messages', []);",
      func: `const { payload, peer, channel } = msg;
flow.get('messages').push({ payload, peer, channel });`,
    }),
    flowNode('get-messages', 'http in', { url: '/messages', method: 'get', wires: [['seen']] }),
    flowNode('seen', 'function', {
      func: "msg.payload = flow.get('messages');\nreturn msg;",
      wires: [['reply-messages']],
    }),
    flowNode('reply-messages', 'http response'),
  ];
}

/** Reads what has come since the flow was deployed, oldest first. */
export function seenMessages<Payload>(nodeRed: NodeRed): Promise<SeenMessage<Payload>[]> {
  return nodeRed.getJson('/messages');
}
