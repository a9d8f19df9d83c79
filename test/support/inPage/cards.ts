/** R, G and B of points of pictures, 0 to 255. */
type Shade = readonly number[];

let connection: RTCPeerConnection | undefined;
const videos: HTMLVideoElement[] = [];

/**
 * Connects the page, without any library, to a server that answers offers at `/connect`: it gets so
 * many pictures, and sends one of fields of these colours, four in a row.
 */
export async function exchangeCards(pictures: number, fields: readonly Shade[]): Promise<void> {
  connection = new RTCPeerConnection();
  connection.ontrack = ({ track }) => {
    const video = document.createElement('video');
    Object.assign(video, { muted: true, srcObject: new MediaStream([track]) });
    videos.push(video);
    document.body.append(video);
    void video.play();
  };
  for (let count = 0; count < pictures; count += 1) {
    connection.addTransceiver('video', { direction: 'recvonly' });
  }
  connection.addTransceiver(sentCard(fields), { direction: 'sendonly' });
  await connection.setLocalDescription();
  const answer = await fetch('/connect', {
    method: 'POST',
    body: connection.localDescription?.sdp ?? '',
  });
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
}

/** The colours at these points (parts of width and height) of the picture of this number, from 0. */
export function shadesShown(picture: number, points: readonly (readonly number[])[]): Shade[] {
  const video = videos[picture];
  const { videoWidth: width = 0, videoHeight: height = 0 } = video ?? {};
  if (!video || width === 0) return [];
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext(
    '2d',
  );
  if (!context) throw new Error('the page has no canvas');
  context.drawImage(video, 0, 0);
  return points.map(([x = 0, y = 0]) => {
    const { data } = context.getImageData(x * width - 2, y * height - 2, 4, 4);
    return [0, 1, 2].map(channel => {
      let sum = 0;
      for (let at = channel; at < data.length; at += 4) sum += data[at] ?? 0;
      return sum / 16;
    });
  });
}

function sentCard(fields: readonly Shade[]): MediaStreamTrack {
  const [width, height] = [320, 240];
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d');
  const draw = () => {
    for (const [index, shade] of fields.entries()) {
      if (context) context.fillStyle = `rgb(${shade.join(' ')})`;
      context?.fillRect(((index % 4) * width) / 4, (Math.floor(index / 4) * height) / 2, 80, 120);
    }
  };
  draw();
  setInterval(draw, 50);
  const [track] = canvas.captureStream(20).getVideoTracks();
  if (!track) throw new Error('the canvas has no track');
  track.contentHint = 'detail';
  return track;
}
