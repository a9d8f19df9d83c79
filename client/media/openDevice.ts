import { type DeviceKind, type DeviceProblem, deviceProblemOf } from './deviceProblem';

type Constraints = Readonly<Record<DeviceKind, MediaTrackConstraints>>;

/** What is asked of the device; a device that cannot do it is taken as well. */
const CONSTRAINTS: Constraints = {
  // The server's sound comes out of the loudspeaker beside this microphone.
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } },
};

/**
 * Asks the user for the microphone or the camera: its track, or why it cannot be had. Never rejects.
 * @param id the device of that kind that is preferred; empty: the browser's choice
 */
export async function openDevice(
  kind: DeviceKind,
  id = '',
): Promise<MediaStreamTrack | DeviceProblem> {
  if (!isSecureContext) return 'insecure';
  const wanted = { ...CONSTRAINTS[kind], ...(id && { deviceId: { exact: id } }) };
  try {
    const stream = await navigator.mediaDevices.getUserMedia(
      kind === 'camera' ? { video: wanted } : { audio: wanted },
    );
    const [track] = stream.getTracks();
    if (!track) return 'failed';
    // On a slow network the browser then gives up sharpness, not motion: what the other side sees
    // of a user who moves or steers must be of now (MediaStreamTrack Content Hints, section 3).
    track.contentHint = kind === 'camera' ? 'motion' : 'speech';
    return track;
  } catch (error) {
    // Where the chosen device is unplugged, another is better than none.
    if (id && (error as Error).name === 'OverconstrainedError') return openDevice(kind);
    return deviceProblemOf((error as Error).name);
  }
}
