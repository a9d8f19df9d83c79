#!/usr/bin/env bash
# Software:  node-datachannel 0.33.4 from npm, a binding of libdatachannel.
# Expected:  close() of a peer connection ends its DTLS session by an alert close_notify (RFC 5246 7.2.1), so
#            that the other end hears of it at once.
# Instead:   a connection that has nothing but a track of video leaves without a word: the other end,
#            another libdatachannel, stays `connected` for more than 15 s. With a data channel beside the
#            track it is closed within 1 s.
#            Seen on 2026-12-01.
# Matters:   recorders and walls of screens that are built on it only watch. A camera's server that waits
#            for the end of the session keeps a place and a stream for each that has left, and one with a
#            limit of viewers refuses the next.
# We:        ask a peer that is silent whether it lives, and give it up as `vanished` after 8 s
#            (engine/peer/Watchdog.ts, test/unit/Watchdog.test.ts, test/unit/PeerGroup.test.ts).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent node-datachannel@0.33.4
node --version

cat > finding.cjs <<'END'
const { PeerConnection, Video } = require('node-datachannel');

const LIMIT_MS = 15_000;
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

function gathered(peer) {
  return new Promise(resolve => {
    peer.onGatheringStateChange(state => state === 'complete' && resolve());
  });
}

/** How long after the end of one peer the other one hears of it, in ms; undefined: not in time. */
async function noticedAfter(hasChannel) {
  const settings = { iceServers: [], disableAutoNegotiation: true };
  const [watching, sending] = ['watching', 'sending'].map(name => new PeerConnection(name, settings));
  const kept = [];
  sending.onTrack(track => kept.push(track));
  sending.onDataChannel(channel => kept.push(channel));
  let leftMs;
  let tookMs;
  sending.onStateChange(() => {
    if (leftMs !== undefined) tookMs ??= performance.now() - leftMs;
  });
  const video = new Video('0', 'RecvOnly');
  video.addH264Codec(96);
  kept.push(watching.addTrack(video));
  if (hasChannel) kept.push(watching.createDataChannel('default'));
  let ready = gathered(watching);
  watching.setLocalDescription('offer');
  await ready;
  ready = gathered(sending);
  sending.setRemoteDescription(watching.localDescription().sdp, 'offer');
  sending.setLocalDescription('answer');
  await ready;
  watching.setRemoteDescription(sending.localDescription().sdp, 'answer');
  while (sending.state() !== 'connected' || watching.state() !== 'connected') await sleep(20);
  await sleep(1000);
  leftMs = performance.now();
  watching.close();
  while (tookMs === undefined && performance.now() - leftMs < LIMIT_MS) await sleep(20);
  sending.close();
  return tookMs;
}

(async () => {
  let isSame = true;
  for (const [name, hasChannel] of [
    ['video alone', false],
    ['video and a data channel', true],
  ]) {
    const tookMs = await noticedAfter(hasChannel);
    console.log(`${name}: ${tookMs === undefined ? 'not noticed' : `noticed after ${Math.round(tookMs)} ms`}`);
    isSame &&= (tookMs !== undefined) === hasChannel;
  }
  if (!isSame) console.log('Changed: the ends of connections are told otherwise.');
  process.exit(isSame ? 0 : 1);
})();
END
timeout 90 node finding.cjs
