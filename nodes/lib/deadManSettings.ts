import type { Node, NodeAPI } from 'node-red';
import { SettingError } from '../../engine/model/errors/errors';
import { numberOf } from './numberOf';

/** The dead-man settings of an rtc-connection as the editor writes them; absent in older flows. */
export interface DeadManConfig {
  readonly deadMan?: boolean;
  /** In ms. */
  readonly deadManMs?: string | number;
  readonly deadManPayload?: string;
  readonly deadManPayloadType?: string;
}

/** What a dead man's switch is made of. */
export interface DeadManSettings {
  readonly silenceMs: number;
  /** What is sent, made anew each time, because a flow may change it. */
  readonly payload: () => unknown;
}

const LIMITS = { least: 20, most: 600_000 };
const DEFAULT_MS = 500;

/**
 * The dead man's switch that a node asks for; undefined for none.
 * @throws SettingError that names the wrong setting
 */
export function deadManSettings(
  RED: NodeAPI,
  node: Node,
  config: DeadManConfig,
): DeadManSettings | undefined {
  if (!config.deadMan) return undefined;
  const silenceMs = numberOf('deadManMs', config.deadManMs, LIMITS) ?? DEFAULT_MS;
  const { deadManPayload = '', deadManPayloadType = 'str' } = config;
  const payload = () =>
    RED.util.evaluateNodeProperty(deadManPayload, deadManPayloadType, node, {}) as unknown;
  try {
    // Now, rather than at the moment when it counts.
    payload();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new SettingError('deadManPayload', detail, { cause: error });
  }
  return { silenceMs, payload };
}
