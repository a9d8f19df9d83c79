import { type FlowNode, flowNode } from './flowNode';

/** A page of the user, served by core nodes at `url`. */
export function pageAt(url: string, html: string): FlowNode[] {
  return [
    flowNode('page-in', 'http in', { url, method: 'get', wires: [['page-text']] }),
    flowNode('page-text', 'template', {
      field: 'payload',
      fieldType: 'msg',
      syntax: 'plain',
      template: html,
      output: 'str',
      wires: [['page-out']],
    }),
    flowNode('page-out', 'http response', { headers: { 'content-type': 'text/html' } }),
  ];
}
