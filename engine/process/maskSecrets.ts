// Greedy up to the last @ before a slash or space: people do write passwords with an @ in them.
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi;
const SECRET_PARAMETER = /([?&](?:password|passwd|pass|pwd|token|secret|auth|key)=)[^&\s#]*/gi;

/**
 * Takes the user name and password out of every URL in a text, and the value out of query
 * parameters that are named like a secret. For labels, messages and logs.
 */
export function maskSecrets(text: string): string {
  return text.replace(USER_INFO, '$1').replace(SECRET_PARAMETER, '$1***');
}
