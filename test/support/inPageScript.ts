import { join } from 'node:path';
import { buildSync } from 'esbuild';

let bundled: string | undefined;

/** The script that gives a page `window.inPage`, ready to be injected before the page's own. */
export function inPageScript(): string {
  bundled ??= buildSync({
    entryPoints: [join(__dirname, 'inPage/index.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'inPage',
    target: 'es2022',
    write: false,
  }).outputFiles[0]?.text.replace('var inPage', 'window.inPage');
  if (!bundled) throw new Error('the in-page script is empty');
  return bundled;
}
