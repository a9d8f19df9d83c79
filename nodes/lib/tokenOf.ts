import { TokenLostError } from '../../engine/model/errors/errors';

/** What the settings of a node that may ask for a token know of it. */
export interface TokenConfig {
  /** The editor saved the node with a token. Absent in flows of older versions. */
  readonly guarded?: boolean;
}

/**
 * The access token of a node; undefined: it asks for none. Credentials are not in an exported flow,
 * and gone when Node-RED has lost their key: what was closed must not stand open then.
 * @throws TokenLostError when there was one
 */
export function tokenOf(
  { guarded }: TokenConfig,
  { token }: { readonly token?: string } = {},
): string | undefined {
  if (guarded && !token) throw new TokenLostError();
  return token || undefined;
}
