import { video } from './video';

/** What the colours of a picture are like. */
export interface ShownColor {
  /** Between the green of the darkest and of the brightest pixel, 0 to 255. */
  readonly range: number;
  /** The greatest difference between R, G and B of one pixel, 0 (black and white) to 255. */
  readonly saturation: number;
  /** The mean of green, 0 to 255. */
  readonly brightness: number;
}

/** Measures the picture that the page's video shows at this moment; undefined when it shows none. */
export function shownColor(): ShownColor | undefined {
  const element = video();
  const { videoWidth: width = 0, videoHeight: height = 0 } = element ?? {};
  if (!element || width === 0) return undefined;
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext(
    '2d',
  );
  if (!context) throw new Error('the page has no canvas');
  context.drawImage(element, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let [darkest, brightest, saturation, sum] = [255, 0, 0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
    sum += green;
    darkest = Math.min(darkest, green);
    brightest = Math.max(brightest, green);
    saturation = Math.max(saturation, Math.max(red, green, blue) - Math.min(red, green, blue));
  }
  const brightness = sum / (data.length / 4);
  return { range: brightest - darkest, saturation, brightness };
}
