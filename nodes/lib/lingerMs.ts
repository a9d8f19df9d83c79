import { numberOf } from './numberOf';

const SECONDS = { least: 0, most: 86_400 };
const DEFAULT_SECONDS = 5;

/** How long a capture goes on after the last viewer or listener left, in ms. @throws SettingError */
export function lingerMs({ linger }: { readonly linger?: string | number }): number {
  return 1000 * (numberOf('linger', linger, SECONDS) ?? DEFAULT_SECONDS);
}
