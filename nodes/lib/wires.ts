import type { Node } from 'node-red';

/** Targets of each output, as Node-RED writes them into a node's settings. */
export interface WiredConfig {
  readonly wires: string[][];
}

/** The targets of each output as they are now; the types do not know that nodes have them. */
export function wiresOf(node: Node & { wires?: string[][] }, { wires }: WiredConfig): string[][] {
  return node.wires ?? wires;
}

/** True if something hangs on this output. An unwired output must cost nothing. */
export function isWired(node: Node, config: WiredConfig, output: number): boolean {
  return (wiresOf(node, config)[output]?.length ?? 0) > 0;
}
