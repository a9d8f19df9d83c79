import type { NodeAPI } from 'node-red';

type Listener = () => void;

// Each node file gets a RED object of its own; the events object is one per runtime.
const listenersOf = new WeakMap<object, Set<Listener>>();

/**
 * Calls back whenever the flows have started: at the start and after each deploy. However many nodes
 * listen, Node-RED's events get one listener: from the eleventh on Node.js would warn of a leak.
 * @returns what ends that
 */
export function onFlowsStarted(
  { events }: Pick<NodeAPI, 'events'>,
  listener: Listener,
): () => void {
  const listeners = listenersOf.get(events) ?? listen(events);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function listen(events: NodeAPI['events']): Set<Listener> {
  const listeners = new Set<Listener>();
  listenersOf.set(events, listeners);
  events.on('flows:started', () => {
    for (const listener of [...listeners]) listener();
  });
  return listeners;
}
