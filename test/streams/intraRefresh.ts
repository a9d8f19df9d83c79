/**
 * H.264 without any IDR picture after the first: a column of intra blocks wanders over the picture
 * instead, and a recovery point SEI says where that begins. Cameras with "smart", "low bitrate" or
 * "gradual decoder refresh" coding do so, so do many encoders of drones and of video walls.
 * @returns a live pipeline for `rtspStream`, 320x240
 */
export function intraRefresh({ frameRate = 25, refreshPictures = 25 } = {}): string {
  return [
    `videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=${frameRate}/1`,
    `x264enc intra-refresh=true key-int-max=${refreshPictures} tune=zerolatency speed-preset=ultrafast threads=1`,
    'video/x-h264,profile=main',
    'rtph264pay name=pay0 pt=96 config-interval=1',
  ].join(' ! ');
}
