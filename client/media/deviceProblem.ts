/** What a page can send of its user. */
export type DeviceKind = 'microphone' | 'camera';

/**
 * Why a microphone or a camera sends nothing:
 * - `insecure`: the page is neither on https nor on localhost, where browsers give out no device
 * - `denied`: the user, the browser's settings or the page around this one do not allow it
 * - `no-device`: there is none
 * - `busy`: another program holds it
 * - `ended`: it was unplugged, or the permission was taken back
 * - `failed`: anything else
 */
export type DeviceProblem = 'insecure' | 'denied' | 'no-device' | 'busy' | 'ended' | 'failed';

/** What the name of an error of `getUserMedia` means (Media Capture and Streams, section 10.2). */
export function deviceProblemOf(errorName: string): DeviceProblem {
  switch (errorName) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'no-device';
    case 'NotReadableError':
    // Firefox's name for a device that does not start.
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** The problem in plain words, with the cure where there is one. */
export function deviceProblemText(problem: DeviceProblem, kind: DeviceKind): string {
  switch (problem) {
    case 'insecure':
      return 'Microphone and camera need https or localhost';
    case 'denied':
      return `The ${kind} is not allowed: allow it in the browser's settings of this page`;
    case 'no-device':
      return `No ${kind} found`;
    case 'busy':
    case 'failed':
      return `The ${kind} does not start: is it used by another program?`;
    case 'ended':
      return `The ${kind} was unplugged or blocked`;
  }
}
