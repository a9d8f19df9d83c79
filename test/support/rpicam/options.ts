/** An option of rpicam-vid as the stand-in knows it. */
export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  readonly kind: 'flag' | 'number' | 'text';
  /** As the real one prints it; absent: it has none. */
  readonly default?: string;
  /** The first version that has it, as minor number of 1.x; absent: all. About right, not exact. */
  readonly since?: number;
  /** Only in builds with libav. */
  readonly libav?: true;
}

const flag = (name: string, more: Partial<OptionRow> = {}): OptionRow => ({
  name,
  kind: 'flag',
  default: '0',
  ...more,
});
const number = (name: string, value: string, more: Partial<OptionRow> = {}): OptionRow => ({
  name,
  kind: 'number',
  default: value,
  ...more,
});
const text = (name: string, value?: string, more: Partial<OptionRow> = {}): OptionRow => ({
  name,
  kind: 'text',
  ...(value === undefined ? {} : { default: value }),
  ...more,
});

const LIBAV = { libav: true, since: 1 } as const;

/** Every option, in the order of the real one's help. */
export const OPTIONS: readonly OptionRow[] = [
  flag('help', { short: 'h' }),
  flag('version'),
  flag('list-cameras'),
  number('camera', '0'),
  number('verbose', '1', { short: 'v' }),
  text('config', undefined, { short: 'c' }),
  text('info-text', '#%frame'),
  number('width', '0'),
  number('height', '0'),
  text('timeout', '5sec', { short: 't' }),
  text('output', undefined, { short: 'o' }),
  text('post-process-file'),
  flag('nopreview', { short: 'n' }),
  text('preview', '0,0,0,0', { short: 'p' }),
  flag('fullscreen', { short: 'f' }),
  flag('hflip'),
  flag('vflip'),
  number('rotation', '0'),
  text('roi', '0,0,0,0'),
  text('shutter', '0'),
  number('analoggain', '0'),
  number('gain', '0'),
  text('metering', 'centre'),
  text('exposure', 'normal'),
  number('ev', '0'),
  text('awb', 'auto'),
  text('awbgains', '0,0'),
  flag('flush'),
  number('wrap', '0'),
  number('brightness', '0'),
  number('contrast', '1'),
  number('saturation', '1'),
  number('sharpness', '1'),
  number('framerate', '-1'),
  text('denoise', 'auto'),
  text('tuning-file', '-'),
  text('mode'),
  number('buffer-count', '0', { since: 1 }),
  flag('no-raw', { since: 4 }),
  text('autofocus-mode', 'default', { since: 1 }),
  text('autofocus-range', 'normal', { since: 1 }),
  text('autofocus-speed', 'normal', { since: 1 }),
  text('autofocus-window', '0,0,0,0', { since: 1 }),
  text('lens-position', '', { since: 1 }),
  text('hdr', 'off', { since: 3 }),
  text('metadata', undefined, { since: 1 }),
  text('metadata-format', 'json', { since: 1 }),
  text('flicker-period', '0s', { since: 2 }),
  text('bitrate', '0bps', { short: 'b' }),
  text('profile'),
  text('level'),
  number('intra', '0', { short: 'g' }),
  flag('inline'),
  text('codec', 'h264'),
  text('save-pts'),
  number('quality', '50', { short: 'q' }),
  flag('listen', { short: 'l' }),
  flag('keypress', { short: 'k' }),
  flag('signal', { short: 's' }),
  text('initial', 'record', { short: 'i' }),
  flag('split'),
  number('segment', '0'),
  number('circular', '0'),
  number('frames', '0'),
  text('libav-video-codec', 'h264_v4l2m2m', LIBAV),
  text('libav-video-codec-opts', undefined, { libav: true, since: 2 }),
  text('libav-format', undefined, LIBAV),
  flag('libav-audio', LIBAV),
  flag('low-latency', { libav: true, since: 6 }),
  text('sync', 'off', { since: 7 }),
];

/** What a build has. @param version such as `1.6.0` */
export function optionsOf(version: string, hasLibav: boolean): readonly OptionRow[] {
  const minor = Number(version.split('.')[1]);
  return OPTIONS.filter(({ since = 0, libav }) => since <= minor && (hasLibav || !libav));
}

/** What `--help` prints: a line an option, in the form of Boost's program options. */
export function helpText(version: string, hasLibav: boolean): string {
  const lines = optionsOf(version, hasLibav).map(option => {
    const name = option.short ? `-${option.short} [ --${option.name} ]` : `--${option.name}`;
    const argument = option.kind === 'flag' ? '[=arg(=1)]' : 'arg';
    const value = option.default === undefined ? '' : ` (=${option.default})`;
    return `  ${`${name} ${argument}${value}`.padEnd(44)} (what it does)`;
  });
  return ['Valid options are:', ...lines, ''].join('\n');
}
