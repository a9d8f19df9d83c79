import type { NodeAPI } from 'node-red';

/** What the editor sends in place of a password that it does not know. */
const UNCHANGED = '__PWRD__';

/** The credentials of a dialog; those that were not changed there are the deployed node's. */
export function credentialsOf<Credentials extends object>(
  RED: NodeAPI,
  id: string,
  entered: Readonly<Record<string, unknown>>,
): Credentials {
  const deployed = (RED.nodes.getCredentials(id) ?? {}) as Record<string, unknown>;
  const values = Object.entries(entered).map(([name, value]) => [
    name,
    value === UNCHANGED ? deployed[name] : value,
  ]);
  return Object.fromEntries(values);
}
