#!/usr/bin/env bash
# Software:  Debian's Chromium 156.0.8078.114 on amd64, --disable-gpu; encoded by Debian's ffmpeg 5.1.9.
# Expected:  H.264 tagged with BT.470BG throughout (H.273: primaries 5, transfer 5, matrix 5), the tags of
#            PAL, looks like the same pictures tagged with BT.601 (6) or BT.709 (1).
# Instead:   transfer 5 is taken at its word, gamma 2.8, and converted to the screen's: grey 128 is shown as
#            106. Primaries 5 and matrix 5 with transfer 1 or 6 leave it at 128, and so do all of BT.601
#            and BT.709, whose curves are not converted. Transfer 4, gamma 2.2, gives 129.
#            Seen on 2026-12-01.
# Matters:   'BT.601' is called bt470bg by many programs, and who sets all three tags to that one name
#            darkens the middle of every picture, in the browser only.
# We:        tell transfer 1 with BT.601 wherever we choose the tags (VIDEO_COLOUR in
#            engine/model/Colour.ts).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder
cd "$folder"
npm install --silent playwright-core@1.65.1
dpkg-query -W chromium ffmpeg
cp "$here/support/shownColour.mjs" .

cat > finding.mjs <<'END'
import { shownColour } from './shownColour.mjs';

const tags = [
  [1, 5, 5],
  [5, 5, 5],
  [5, 1, 5],
  [5, 6, 5],
  [6, 6, 6],
];
const grey = { color: '0x808080', matrix: 'bt601', range: 'tv' };
const shown = await shownColour(tags.map(each => ({ ...grey, tags: each })));
let isSame = true;
for (const [index, [primaries, transfer, matrix]] of tags.entries()) {
  const [level] = shown[index];
  console.log(`primaries ${primaries}, transfer ${transfer}, matrix ${matrix}: 128 is shown as ${level}`);
  isSame &&= Math.abs(level - (transfer === 5 ? 106 : 128)) <= 2;
}
if (!isSame) {
  console.log('Changed: transfer 5 no longer shows 128 as 106, or another one no longer as 128.');
  process.exitCode = 1;
}
END
node finding.mjs
