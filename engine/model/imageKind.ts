/** A kind of image file. */
export interface ImageKind {
  /** For people. */
  readonly name: string;
  /** What ffmpeg calls its reader. */
  readonly reader: string;
}

/** How a kind begins, in hexadecimal digits or, where its header is text, as that. */
type Magic = ImageKind & ({ readonly hex: RegExp } | { readonly text: RegExp });

/** So much of a file is looked at, in bytes. */
const BEGIN_BYTES = 64;

// Kinds whose beginning is too common to tell (TGA, PCX, ICO) are not among them: what is no picture
// goes to pages as bytes.
const KINDS: readonly Magic[] = [
  { name: 'PNG', reader: 'png_pipe', hex: /^89504e470d0a1a0a/ },
  { name: 'GIF', reader: 'gif', text: /^GIF8[79]a/ },
  { name: 'WebP', reader: 'webp_pipe', hex: /^52494646.{8}57454250/ },
  // Its size, four reserved bytes, an offset, and the size of one of the headers that there are.
  { name: 'BMP', reader: 'bmp_pipe', hex: /^424d.{8}0{8}.{8}(0c|28|34|38|40|6c|7c)000000/ },
  { name: 'TIFF', reader: 'tiff_pipe', hex: /^(49492a00|4d4d002a)/ },
  // Its length, `ftyp`, and the brand.
  {
    name: 'AVIF or HEIF',
    reader: 'mov',
    hex: /^.{8}66747970(61766966|61766973|68656963|68656978|6d696631|6d736631)/,
  },
  { name: 'JPEG 2000', reader: 'j2k_pipe', hex: /^(0000000c6a5020200d0a870a|ff4fff51)/ },
  { name: 'JPEG XL', reader: 'jpegxl_pipe', hex: /^0000000c4a584c200d0a870a/ },
  { name: 'QOI', reader: 'qoi_pipe', text: /^qoif/ },
  { name: 'PBM', reader: 'pbm_pipe', text: /^P[14]\s(\s|#.*\n)*\d+\s+\d+\s/ },
  { name: 'PGM', reader: 'pgm_pipe', text: /^P[25]\s(\s|#.*\n)*\d+\s+\d+\s+\d+\s/ },
  { name: 'PPM', reader: 'ppm_pipe', text: /^P[36]\s(\s|#.*\n)*\d+\s+\d+\s+\d+\s/ },
  { name: 'PAM', reader: 'pam_pipe', text: /^P7\n(#.*\n)*WIDTH \d/ },
  { name: 'OpenEXR', reader: 'exr_pipe', hex: /^762f3101/ },
  { name: 'Photoshop', reader: 'psd_pipe', hex: /^384250530001/ },
  { name: 'DDS', reader: 'dds_pipe', hex: /^444453207c000000/ },
  { name: 'DPX', reader: 'dpx_pipe', text: /^(SDPX|XPDS)/ },
  { name: 'Sun raster', reader: 'sunrast_pipe', hex: /^59a66a95/ },
];

/** The kind of image file that bytes are, by how they begin; undefined for JPEG and all that is none. */
export function imageKind(data: Uint8Array): ImageKind | undefined {
  const begin = Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, BEGIN_BYTES));
  const [hex, text] = [begin.toString('hex'), begin.toString('latin1')];
  const kind = KINDS.find(each => ('hex' in each ? each.hex.test(hex) : each.text.test(text)));
  return kind && { name: kind.name, reader: kind.reader };
}
