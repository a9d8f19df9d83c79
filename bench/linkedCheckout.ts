import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_NAME, ROOT } from '../test/support/packedPackage';

/** Makes of an empty directory one in which this checkout is installed by a link, as `npm start` does it. */
export function linkedCheckout(directory: string): string {
  const link = join(directory, 'node_modules', PACKAGE_NAME);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(ROOT, link, 'junction');
  const dependencies = { [PACKAGE_NAME]: `file:${ROOT}` };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
  return directory;
}
