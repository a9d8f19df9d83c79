/** One attribute of a tag (RFC 8216, 4.2). */
const ATTRIBUTE = /([A-Z0-9-]+)=("[^"]*"|[^,]*)/g;
const VIDEO_CODEC = /\b(avc[13]|hvc1|hev1|dvh|vp0?[89]|av01|mp4v)/;

interface Variant {
  readonly uri: string;
  readonly pixels: number;
  readonly frameRate: number;
  readonly bandwidth: number;
  readonly hasPictures: boolean;
}

/**
 * The address of the best variant that a master playlist of HLS offers: the largest, then the
 * quickest, then the one with the most bits. Undefined where it offers no choice.
 * @param base where the playlist came from
 */
export function bestVariant(playlist: string, base: URL): URL | undefined {
  const [best] = variantsIn(playlist)
    .filter(({ hasPictures }) => hasPictures)
    .sort((a, b) => b.pixels - a.pixels || b.frameRate - a.frameRate || b.bandwidth - a.bandwidth);
  return best && URL.canParse(best.uri, base) ? new URL(best.uri, base) : undefined;
}

function variantsIn(playlist: string): Variant[] {
  const lines = playlist.split(/\r?\n/).map(line => line.trim());
  return lines.flatMap((line, at) => {
    if (!line.startsWith('#EXT-X-STREAM-INF:')) return [];
    const uri = lines.slice(at + 1).find(next => next !== '' && !next.startsWith('#'));
    return uri ? [variantOf(line, uri)] : [];
  });
}

function variantOf(line: string, uri: string): Variant {
  const attributes = new Map(
    Array.from(line.matchAll(ATTRIBUTE), ([, name = '', value = '']) => [
      name,
      value.replace(/^"|"$/g, ''),
    ]),
  );
  const [width = 0, height = 0] = (attributes.get('RESOLUTION') ?? '').split('x').map(Number);
  const codecs = attributes.get('CODECS');
  return {
    uri,
    pixels: width * height || 0,
    frameRate: Number(attributes.get('FRAME-RATE')) || 0,
    bandwidth: Number(attributes.get('BANDWIDTH')) || 0,
    // Sound alone is offered to those who are short of bandwidth.
    hasPictures: width > 0 || codecs === undefined || VIDEO_CODEC.test(codecs),
  };
}
