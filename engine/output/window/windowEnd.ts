import { type MediaError, NoDisplayError, WindowError } from '../../model/errors/errors';
import type { ChildExit } from '../../process/Child';

/** What players say when they cannot reach the screen; mpv only ends with code 2. */
const NO_SCREEN =
  /(x11|wayland) not available|cannot open display|can't open display|Error opening\/initializing the selected video_out/i;
const MPV_CANNOT_PLAY = 2;
/** ffmpeg's output to a window fails in this way when the window is gone. */
const OUTPUT_GONE = /av_interleaved_write_frame\(\): Input\/output error|Error writing trailer/;

/** Whether a player ended because its window was closed: only then it ends well while it is fed. */
export function isClosedByUser({ code, lastWords }: ChildExit): boolean {
  return code === 0 || (code === 1 && lastWords.some(line => OUTPUT_GONE.test(line)));
}

/**
 * Why a player ended.
 * @param screen the display, for the message
 */
export function windowFailure(exit: ChildExit, screen: string): MediaError {
  const { code, signal, error, lastWords } = exit;
  if (error) return new WindowError(error.message, { cause: error });
  if (code === MPV_CANNOT_PLAY || lastWords.some(line => NO_SCREEN.test(line))) {
    return new NoDisplayError(`${screen} does not answer, or refuses Node-RED's user`);
  }
  const how = signal ? `its player was ended by ${signal}` : `exit code ${code}`;
  return new WindowError(signal ? how : (lastWords.at(-1) ?? how));
}
