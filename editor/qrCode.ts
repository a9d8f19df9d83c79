import qrcode from 'qrcode-generator';

const SVG = 'http://www.w3.org/2000/svg';
/** Light modules that a reader wants around the code (ISO/IEC 18004, quiet zone). */
const QUIET = 4;
/** Side of a module in CSS pixels: whole, so that edges are sharp. */
const MODULE_PX = 4;

/**
 * A text as a QR code, black on white in every theme: readers want the dark on the light.
 * The smallest version that holds it at error correction level M.
 * @param text ASCII, such as an escaped URL
 * @param label what a screen reader says
 * @throws Error for a text that no version holds: more than 2331 bytes
 */
export function qrCode(text: string, label: string): SVGSVGElement {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const modules = code.getModuleCount();
  const side = modules + 2 * QUIET;

  const image = document.createElementNS(SVG, 'svg');
  image.setAttribute('viewBox', `0 0 ${side} ${side}`);
  image.setAttribute('width', `${side * MODULE_PX}`);
  image.setAttribute('height', `${side * MODULE_PX}`);
  image.setAttribute('role', 'img');
  image.setAttribute('aria-label', label);
  image.setAttribute('shape-rendering', 'crispEdges');
  const paper = document.createElementNS(SVG, 'rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', '#fff');
  const ink = document.createElementNS(SVG, 'path');
  ink.setAttribute('fill', '#000');
  ink.setAttribute(
    'd',
    squares(modules, (row, column) => code.isDark(row, column)),
  );
  image.append(paper, ink);
  return image;
}

/** The dark modules as a path: one square each. */
function squares(modules: number, isDark: (row: number, column: number) => boolean): string {
  const all = Array.from({ length: modules * modules }, (_, index) => {
    const row = Math.floor(index / modules);
    const column = index % modules;
    return isDark(row, column) ? `M${column + QUIET} ${row + QUIET}h1v1h-1z` : '';
  });
  return all.join('');
}
