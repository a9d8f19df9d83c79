#!/usr/bin/env bash
# Software:  Debian's Chromium 156.0.8078.114 on amd64, --disable-gpu; encoded by Debian's ffmpeg 5.1.9, sent
#            by werift 0.24.4 from npm.
# Expected:  H.264 of 720x480 whose SPS tells a sample aspect ratio of 32:27 (NTSC's 16:9) has the same shape
#            on a page however it comes.
# Instead:   the same access units play as 853x480 (videoWidth x videoHeight) from an MP4 file that tells
#            the ratio nowhere but in the SPS, and as 720x480 over WebRTC. Seen on 2026-12-01.
# Matters:   cameras and grabbers with oblong pixels (D1, 960H) look right in each player and each recording,
#            and squeezed in the call. The shape must be made before the encoder, or by the page.
# We:        make pixels square where we encode (engine/capture/ffmpeg/arguments.ts), and do not pass on H.264 that
#            has others (engine/capture/H264Pictures.ts).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TMPDIR=$folder
cd "$folder"
npm install --silent playwright-core@1.65.1 werift@0.24.4
dpkg-query -W chromium ffmpeg
ffmpeg -v error -f lavfi -i testsrc=s=720x480:r=10:d=2 -vf format=yuv420p,setsar=0 \
  -c:v libx264 -profile:v baseline -preset ultrafast -tune zerolatency -g 5 \
  -bsf:v h264_metadata=sample_aspect_ratio=32/27 -movflags +faststart video.mp4

cat > finding.mjs <<'END'
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { MediaStreamTrack, RTCPeerConnection, useH264 } from 'werift';

const content = readFileSync('video.mp4');
const isInFile = content.includes('pasp');
const browser = await chromium.launch({
  executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
  args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'],
});
const page = await browser.newPage();
await page.evaluate(() => {
  window.shape = async set => {
    const video = document.createElement('video');
    video.muted = true;
    video.loop = true;
    document.body.append(video);
    set(video);
    const picture = new Promise(resolve => video.requestVideoFrameCallback(resolve));
    await video.play();
    await picture;
    return `${video.videoWidth}x${video.videoHeight}`;
  };
});
const ofFile = await page.evaluate(
  data => window.shape(video => (video.src = `data:video/mp4;base64,${data}`)),
  content.toString('base64'),
);

const offer = await page.evaluate(async () => {
  const connection = new RTCPeerConnection();
  window.connection = connection;
  const { receiver } = connection.addTransceiver('video', { direction: 'recvonly' });
  window.received = window.shape(video => (video.srcObject = new MediaStream([receiver.track])));
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise(resolve => (connection.onicegatheringstatechange = resolve));
  }
  return connection.localDescription.sdp;
});
const sender = new RTCPeerConnection({ iceServers: [], codecs: { video: [useH264()] } });
const track = new MediaStreamTrack({ kind: 'video' });
sender.addTrack(track);
await sender.setRemoteDescription({ type: 'offer', sdp: offer });
await sender.setLocalDescription(await sender.createAnswer());
await page.evaluate(
  sdp => window.connection.setRemoteDescription({ type: 'answer', sdp }),
  sender.localDescription.sdp,
);
const socket = createSocket('udp4', packet => track.writeRtp(packet));
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
const rtp = spawn('ffmpeg', [
  ...['-v', 'error', '-re', '-stream_loop', '-1', '-t', '20', '-i', 'video.mp4', '-c', 'copy'],
  ...['-bsf:v', 'h264_mp4toannexb,dump_extra', '-payload_type', '96', '-f', 'rtp'],
  `rtp://127.0.0.1:${socket.address().port}?pkt_size=1200`,
]);
const ended = once(rtp, 'exit').then(() => 'no picture');
const ofCall = await Promise.race([page.evaluate(() => window.received), ended]);
rtp.kill();
await ended;
socket.close();
await sender.close();
await browser.close();

console.log(`720x480 at 32:27 is shown as ${ofFile} from a file, as ${ofCall} over WebRTC.`);
const isSame = !isInFile && ofFile === '853x480' && ofCall === '720x480';
if (!isSame) console.log('Changed: it is no longer 853x480 from a file and 720x480 over WebRTC.');
process.exit(isSame ? 0 : 1);
END
node finding.mjs
