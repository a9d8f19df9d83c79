#!/usr/bin/env bash
# Software:  ffmpeg 4.1 (a build of 2018 for amd64) as npm's @ffmpeg-installer/ffmpeg 1.1.0 brings it; Debian's
#            ffmpeg 5.1.9 beside it.
# Expected:  scale=in_range=tv:out_range=pc makes 0, 40, 128, 220 and 255 of the greys 16, 50, 126, 205 and
#            235, whether the matrix changes in the same step or not.
# Instead:   where both change (BT.709 to BT.601 or back), 4.1 leaves out the range without a word: 16, 49,
#            125, 204 and 234 or 235. With the flag accurate_rnd it converts, as 5.1 does with and
#            without. Where the matrix stays, 4.1 converts the range, too. Seen on 2026-12-01.
# Matters:   JPEG is BT.601 with the full range, HD video BT.709 with the limited one: this very step is
#            every snapshot of an HD stream and every webcam's JPEG that becomes HD video. Black is grey.
#            The build is old, but this version of the package is the newest.
# We:        always name accurate_rnd (EXACT in engine/media/codec/Conversion.ts; test/unit/colours.test.ts).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent @ffmpeg-installer/ffmpeg@1.1.0
dpkg-query -W ffmpeg

cat > finding.mjs <<'END'
import { spawnSync } from 'node:child_process';
import installer from '@ffmpeg-installer/ffmpeg';

const limited = [16, 50, 126, 205, 235];
const full = [0, 40, 128, 220, 255];
const luma = 16 * 16;
const picture = luma * 1.5;
const input = Buffer.concat(
  limited.map(level => Buffer.concat([Buffer.alloc(luma, level), Buffer.alloc(luma / 2, 128)])),
);

function convert(ffmpeg, to, flags) {
  const scale = `scale=in_color_matrix=bt709:in_range=tv:out_color_matrix=${to}:out_range=pc:flags=${flags}`;
  const { stdout } = spawnSync(
    ffmpeg,
    [
      ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '16x16', '-i', '-'],
      ...['-vf', `${scale},format=yuv420p`, '-f', 'rawvideo', '-'],
    ],
    { input },
  );
  return limited.map((_, index) => stdout[index * picture]);
}

let isSame = true;
for (const [name, ffmpeg] of [['4.1', installer.path], ['5.1', 'ffmpeg']]) {
  for (const to of ['bt709', 'bt601']) {
    for (const flags of ['bicubic', 'bicubic+accurate_rnd']) {
      const levels = convert(ffmpeg, to, flags);
      console.log(`${name}, bt709 to ${to}, ${flags}: ${limited} became ${levels}`);
      const isLeftOut = name === '4.1' && to === 'bt601' && flags === 'bicubic';
      const expected = isLeftOut ? limited : full;
      isSame &&= levels.every((level, index) => Math.abs(level - expected[index]) <= 2);
    }
  }
}
if (!isSame) {
  console.log('Changed: not only 4.1 with a new matrix and without accurate_rnd leaves out the range.');
  process.exitCode = 1;
}
END
node finding.mjs
