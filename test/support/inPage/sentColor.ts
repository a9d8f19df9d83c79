import { session } from './session';

/** The mean R, G and B, 0 to 255, of the picture that the page sends at this moment. */
export async function sentColor(): Promise<{ red: number; green: number; blue: number }> {
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = session().video.outgoingStream;
  await video.play();
  const { videoWidth: width, videoHeight: height } = video;
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext(
    '2d',
  );
  if (!context) throw new Error('the page has no canvas');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  video.srcObject = null;
  const mean = (offset: number) => {
    let sum = 0;
    for (let at = offset; at < data.length; at += 4) sum += data[at] ?? 0;
    return sum / (data.length / 4);
  };
  return { red: mean(0), green: mean(1), blue: mean(2) };
}
