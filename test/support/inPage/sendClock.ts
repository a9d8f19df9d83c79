import { cellLayout, encodeTime } from '../../../engine/capture/testPattern/timeCells';
import { session } from './session';

/**
 * Sends a moving picture to the flow, so many times a second, each with the time of its drawing in
 * time cells. Runs as long as the page.
 */
export function sendClock(width: number, height: number, frameRate: number): void {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { alpha: false });
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  if (!context || !(track instanceof CanvasCaptureMediaStreamTrack)) {
    throw new Error('the page cannot capture a canvas');
  }
  drawScenery(context);
  const scenery = context.getImageData(0, 0, width, height);
  let drawn = 0;
  const draw = () => {
    drawMotion(context, scenery, drawn);
    drawCells(context);
    track.requestFrame();
    drawn += 1;
  };
  draw();
  setInterval(draw, 1000 / frameRate);
  session().video.putSubscription(track);
}

/** Something with colours, slopes and edges, that stays. */
function drawScenery(context: CanvasRenderingContext2D): void {
  const { width, height } = context.canvas;
  const slope = context.createLinearGradient(0, 0, width, height);
  slope.addColorStop(0, 'navy');
  slope.addColorStop(0.5, 'teal');
  slope.addColorStop(1, 'khaki');
  context.fillStyle = slope;
  context.fillRect(0, 0, width, height);
  for (let stripe = 0; stripe < 12; stripe += 1) {
    context.fillStyle = `hsl(${stripe * 30} 60% 50%)`;
    context.fillRect((stripe * width) / 12, height * 0.8, width / 24, height * 0.2);
  }
}

/** A disc that goes round over the scenery. */
function drawMotion(context: CanvasRenderingContext2D, scenery: ImageData, drawn: number): void {
  const { width, height } = context.canvas;
  context.putImageData(scenery, 0, 0);
  const angle = drawn / 15;
  context.fillStyle = 'orangered';
  context.beginPath();
  context.arc(
    width * (0.5 + 0.35 * Math.cos(angle)),
    height * (0.5 + 0.2 * Math.sin(angle)),
    height / 8,
    0,
    2 * Math.PI,
  );
  context.fill();
}

function drawCells(context: CanvasRenderingContext2D): void {
  const { x, y, side, columns } = cellLayout(context.canvas.width, context.canvas.height);
  const cells = encodeTime(performance.timeOrigin + performance.now());
  for (const [cell, isWhite] of cells.entries()) {
    context.fillStyle = isWhite ? 'white' : 'black';
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    context.fillRect(x + column * side, y + row * side, side, side);
  }
}
