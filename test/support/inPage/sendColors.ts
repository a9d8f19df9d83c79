interface Player extends Element {
  readonly session?: { video: { putSubscription(track: MediaStreamTrack | null): void } };
}

interface Card {
  readonly context: CanvasRenderingContext2D;
  left: string;
  right: string;
}

let card: Card | undefined;

/**
 * Sends a picture to the flow, its left half in one colour, its right half in another, 20 times a
 * second. Called again it sends other colours, or another size, on the same track.
 */
export function sendColors(left: string, right: string, width: number, height: number): void {
  card ??= begin();
  Object.assign(card, { left, right });
  // A change of size, even to the same one, makes the canvas blank.
  const { canvas } = card.context;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  draw(card);
}

function begin(): Card {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the page has no canvas');
  const made: Card = { context, left: '', right: '' };
  setInterval(() => draw(made), 50);
  const [track] = canvas.captureStream(20).getVideoTracks();
  if (!track) throw new Error('the canvas has no track');
  // Else the browser sends smaller pictures while the machine is busy.
  track.contentHint = 'detail';
  put(track);
  return made;
}

function draw({ context, left, right }: Card): void {
  const { width, height } = context.canvas;
  context.fillStyle = left;
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = right;
  context.fillRect(width / 2, 0, width / 2, height);
}

function put(track: MediaStreamTrack): void {
  document.querySelector<Player>('rtcbot-player')?.session?.video.putSubscription(track);
}
