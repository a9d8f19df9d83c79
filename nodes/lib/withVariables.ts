import type { Node, NodeAPI } from 'node-red';
import { VariableMissingError } from '../../engine/model/errors/errors';

/** A reference to a variable of the environment, as the editor writes it. */
const VARIABLE = /\$\{([^}]+)\}/g;
/** What Node-RED keeps in a config of its own, and settings with a type of their own beside them. */
const NOT_OURS = new Set(['id', 'type', 'z', 'g', 'name', 'wires', 'deadManPayload']);

/**
 * The settings of a node with the variables in their texts put in, as `/cams/${CAM}`: Node-RED does
 * that by itself only where a variable is the whole setting. Variables are those of the node's
 * subflow, group, flow or machine, as Node-RED looks them up. A setting whose variable nobody has
 * set throws VariableMissingError when it is read, so that one that does not count does no harm.
 * @param node undefined where it was not deployed yet
 */
export function withVariables<Config extends object>(
  RED: Pick<NodeAPI, 'util'>,
  node: Node | undefined,
  config: Config,
): Config {
  const filled = { ...config };
  for (const [setting, value] of Object.entries(config)) {
    if (typeof value !== 'string' || NOT_OURS.has(setting) || !value.includes('${')) continue;
    let missing: string | undefined;
    const text = value.replace(VARIABLE, (reference, name: string) => {
      // It takes an absent node as well, and then looks in the environment alone.
      const found: unknown = RED.util.getSetting(node as Node, name);
      if (found === undefined) missing ??= name;
      return found === undefined ? reference : String(found);
    });
    Object.defineProperty(filled, setting, {
      enumerable: true,
      get: () => {
        if (missing !== undefined) throw new VariableMissingError(setting, missing);
        return text;
      },
    });
  }
  return filled;
}
