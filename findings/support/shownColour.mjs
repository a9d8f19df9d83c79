import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { chromium } from 'playwright-core';

/**
 * Encodes one second of one colour as H.264 in an MP4 file, plays each of `videos` in Chromium, and
 * answers red, green and blue of the middle of a canvas onto which the video is drawn.
 * A video: `color` as ffmpeg writes it; `matrix` as its filter `scale` names it; `range`, tv or pc;
 * `tags`, the numbers of primaries, transfer and matrix (ITU-T H.273) that the H.264 tells.
 */
export async function shownColour(videos) {
  const browser = await chromium.launch({
    executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    const shown = [];
    for (const video of videos) shown.push(await page.evaluate(draw, encode(video)));
    return shown;
  } finally {
    await browser.close();
  }
}

function encode({ color, matrix, range, tags }) {
  const file = 'video.mp4';
  const scale = `scale=out_color_matrix=${matrix}:out_range=${range}:flags=bicubic+accurate_rnd+full_chroma_int`;
  const [primaries, transfer, coefficients] = tags;
  const told = [
    `colour_primaries=${primaries}`,
    `transfer_characteristics=${transfer}`,
    `matrix_coefficients=${coefficients}`,
    `video_full_range_flag=${range === 'pc' ? 1 : 0}`,
  ];
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', `color=c=${color}:s=320x240:r=5:d=1`],
    ...['-vf', `${scale},format=yuv420p`, '-c:v', 'libx264', '-qp', '1'],
    ...['-bsf:v', `h264_metadata=${told.join(':')}`, '-movflags', '+faststart', file],
  ]);
  const content = readFileSync(file, 'base64');
  rmSync(file);
  return `data:video/mp4;base64,${content}`;
}

/** Runs in the page. */
async function draw(address) {
  const video = document.createElement('video');
  video.muted = true;
  video.loop = true;
  video.src = address;
  document.body.replaceChildren(video);
  const picture = new Promise(resolve => video.requestVideoFrameCallback(resolve));
  await video.play();
  await picture;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
  return Array.from(data.slice(0, 3));
}
