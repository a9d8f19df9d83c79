#!/usr/bin/env bash
# Software:  Debian's Chromium 156.0.8078.114 on amd64, --disable-gpu; encoded by Debian's ffmpeg 5.1.9.
# Expected:  H.264 that tells BT.709 is shown with the same colours whether its range is limited or full,
#            but for a level or two of rounding.
# Instead:   in the limited range, blue is too weak by 4 to 5 % of its distance from the brightness. On a
#            canvas yellow (220, 200, 40) is (219, 200, 48), blue (40, 40, 220) is (41, 40, 212); with
#            the full range they are (219, 199, 40) and (40, 40, 220). Seen on 2026-12-01. BT.709's
#            limited range needs 2.11 times the colour difference; what is seen fits a factor of 2.0.
# Matters:   limited BT.709 is what almost all HD video is. Who compares colours of a call with those of
#            its source blames the encoder, or takes 8 levels for its tolerance.
# We:        allow Chromium, and nobody else, so much in BT.709 (test/e2e/browsers/colours.test.ts), and measure
#            our own conversions without a browser (test/unit/colours.test.ts).
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

const colors = { '0xDCC828': 40, '0x2828DC': 220 };
const videos = Object.keys(colors).flatMap(color =>
  ['tv', 'pc'].map(range => ({ color, range, matrix: 'bt709', tags: [1, 1, 1] })),
);
const shown = await shownColour(videos);
const off = { tv: [], pc: [] };
for (const [index, { color, range }] of videos.entries()) {
  console.log(`${color}, range ${range}: shown as ${shown[index]}`);
  off[range].push(Math.abs(shown[index][2] - colors[color]));
}
if (Math.min(...off.tv) < 6 || Math.max(...off.pc) > 2) {
  console.log('Changed: blue is no longer 6 levels and more off in the limited range alone.');
  process.exitCode = 1;
}
END
node finding.mjs
