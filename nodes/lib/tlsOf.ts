import type { Node, NodeAPI } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import type { TlsOptions } from '../../signaling/post';

/** A core tls-config node, as far as it is used. */
type TlsConfigNode = Node & { addTLSOptions?(options: object): TlsOptions };

/**
 * What the tls-config node of a setting says; undefined where none is chosen.
 * @param id of that node
 * @throws SettingError when there is no such node any more
 */
export function tlsOf(RED: NodeAPI, id: string | undefined): TlsOptions | undefined {
  if (!id) return undefined;
  const node: TlsConfigNode | null = RED.nodes.getNode(id);
  if (!node?.addTLSOptions) {
    throw new SettingError('tls', 'its configuration node is gone or disabled');
  }
  return node.addTLSOptions({});
}
