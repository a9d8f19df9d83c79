const JPEG_QUALITY = 0.92;

/**
 * The picture that `video` shows, as a JPEG file in the size in which it came.
 * @throws Error when it shows none yet, or is too large for this browser
 */
export async function snapshotOf(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  if (canvas.width === 0) throw new Error('There is no picture yet');
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>(resolve => {
    canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY);
  });
  if (!blob) throw new Error('The browser cannot make a file of this picture');
  return blob;
}

/** A name for the snapshot of this moment, local time: `snapshot 2026-05-04 13.07.09.jpg`. */
export function snapshotName(at = new Date()): string {
  const two = (figure: number) => String(figure).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  // No colons: Windows takes none in a file's name.
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.');
  return `snapshot ${day} ${time}.jpg`;
}

/** Saves a file where the browser puts downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun by then; freed at once, some browsers would find nothing.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
