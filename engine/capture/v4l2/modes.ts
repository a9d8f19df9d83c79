/** What a camera can be set to. */
export interface CameraMode {
  readonly format: 'mjpeg' | 'h264' | 'raw';
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** In pictures a second, highest first; empty if not known. */
  readonly frameRates: readonly number[];
}

/** What is wanted of a camera; what is absent does not matter. */
export interface WantedMode {
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

/**
 * The mode that fits best. H.264 comes first, for it needs no encoder, but only where it has the
 * wanted rate; then JPEG, because it leaves the camera compressed and can be passed on untouched.
 * Undefined if no mode has the wanted size: the device then decides.
 */
export function chooseMode(
  modes: readonly CameraMode[],
  wanted: WantedMode,
  { noH264 = false }: { noH264?: boolean | undefined } = {},
): CameraMode | undefined {
  const fitting = modes.filter(
    ({ width, height }) =>
      (wanted.width ?? width) === width && (wanted.height ?? height) === height,
  );
  const offersRate = ({ frameRates }: CameraMode): boolean =>
    !wanted.frameRate ||
    frameRates.length === 0 ||
    frameRates.some(rate => rate >= (wanted.frameRate ?? 0) - 0.5);
  const native = fitting.find(mode => mode.format === 'h264' && offersRate(mode));
  if (native && !noH264) return native;
  for (const format of ['mjpeg', 'raw'] as const) {
    const ofFormat = fitting.filter(mode => mode.format === format);
    const best = ofFormat.find(offersRate) ?? ofFormat[0];
    if (best) return best;
  }
  return undefined;
}

/** Adds a mode, or its rates to the mode of that format and size, with the rates in order. */
export function addMode(modes: CameraMode[], mode: CameraMode): void {
  const { format, width, height } = mode;
  const at = modes.findIndex(
    known => known.format === format && known.width === width && known.height === height,
  );
  const rates = [...mode.frameRates, ...(modes[at]?.frameRates ?? [])];
  const frameRates = [...new Set(rates)].sort((a, b) => b - a);
  if (at < 0) modes.push({ format, width, height, frameRates });
  else modes[at] = { format, width, height, frameRates };
}
