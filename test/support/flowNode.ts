/** A node of a flow as Node-RED's admin API takes it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly wires?: readonly (readonly string[])[];
  readonly [setting: string]: unknown;
}

/** The tab that the nodes of these flows are on. */
export const TAB: FlowNode = { id: 'tab', type: 'tab', label: 'test' };

/** A node on the tab. (The place makes it one: the runtime takes nodes without for config nodes.) */
export function flowNode(id: string, type: string, settings: Partial<FlowNode> = {}): FlowNode {
  return { id, type, z: 'tab', x: 100, y: 100, wires: [], ...settings };
}
