#!/usr/bin/env bash
# Software:  undici 6.21.0 from npm, and fetch of Node.js 20.20.2, which is made of it.
# Expected:  Sec-Fetch-* tell a server how a page asks (Fetch Metadata). A program that is no browser sends
#            all of them or none; none, as curl does.
# Instead:   fetch sends Sec-Fetch-Mode: cors, or same-origin if its option `mode` says so, but neither
#            Sec-Fetch-Site nor Sec-Fetch-Dest, which browsers send beside it, nor Origin.
#            Seen on 2026-12-01.
# Matters:   servers of live video answer pages of strangers otherwise than programs, e.g. recorders that
#            post an offer or get a picture. Who takes Sec-Fetch-Mode for the mark of a page refuses
#            programs in Node.js, and those only.
# We:        judge by Sec-Fetch-Site and Origin; the mode counts only as `navigate`
#            (signaling/originPolicy.ts, test/unit/originPolicy.test.ts).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent undici@6.21.0
node --version

cat > finding.mjs <<'END'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fetch as fetchOfUndici } from 'undici';

const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers)));
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = `http://127.0.0.1:${server.address().port}/`;

let isSame = true;
for (const [name, ask] of [['undici', fetchOfUndici], ['Node.js', fetch]]) {
  for (const mode of [undefined, 'same-origin']) {
    const headers = await (await ask(address, mode && { mode })).json();
    const told = Object.keys(headers).filter(key => key.startsWith('sec-') || key === 'origin');
    console.log(`${name}, mode ${mode}: ${told.map(key => `${key}: ${headers[key]}`).join(', ')}`);
    isSame &&= told.length === 1 && headers['sec-fetch-mode'] === (mode ?? 'cors');
  }
}
if (!isSame) {
  console.log('Changed: fetch sends something else than Sec-Fetch-Mode alone.');
  process.exitCode = 1;
}
server.close();
server.closeAllConnections();
END
node finding.mjs
