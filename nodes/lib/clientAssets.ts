import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EndpointAssets } from '../../signaling/endpoint';

/** Where the build puts the browser library and the page, beside the compiled nodes. */
const DIRECTORY = join(__dirname, '..', '..', 'client');

/** What endpoints serve to browsers. */
export function clientAssets(): EndpointAssets {
  return {
    page: readFileSync(join(DIRECTORY, 'page.html'), 'utf8'),
    script: readFileSync(join(DIRECTORY, 'rtcbot.js')),
    module: readFileSync(join(DIRECTORY, 'rtcbot.mjs')),
  };
}
