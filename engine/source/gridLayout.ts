import type { Rectangle } from '../media/picture/I420Scaler';

/** The cells for so many pictures, row by row: 1, 2x1, 2x2, 3x2, 3x3 … All sides are even. */
export function gridLayout(count: number, width: number, height: number): Rectangle[] {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const edge = (index: number, parts: number, length: number) => even((index * length) / parts);
  return Array.from({ length: count }, (_, i) => {
    const column = i % columns;
    const row = Math.floor(i / columns);
    const x = edge(column, columns, width);
    const y = edge(row, rows, height);
    return {
      x,
      y,
      width: edge(column + 1, columns, width) - x,
      height: edge(row + 1, rows, height) - y,
    };
  });
}

/** The largest place for a picture in a cell, in the middle, that keeps its shape. */
export function fitInto(cell: Rectangle, width: number, height: number): Rectangle {
  const scale = Math.min(cell.width / width, cell.height / height);
  const fitted = {
    width: Math.max(2, even(width * scale)),
    height: Math.max(2, even(height * scale)),
  };
  return {
    x: cell.x + even((cell.width - fitted.width) / 2),
    y: cell.y + even((cell.height - fitted.height) / 2),
    ...fitted,
  };
}

/** Colour has half the resolution. */
function even(value: number): number {
  return Math.floor(value / 2 + 1e-6) * 2;
}
