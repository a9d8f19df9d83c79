import { type DeviceKind, type DeviceProblem, deviceProblemOf } from './deviceProblem';

/** What is asked of the device; a device that cannot do it is taken as well. */
const CONSTRAINTS: Readonly<Record<DeviceKind, MediaStreamConstraints>> = {
  // The server's sound comes out of the loudspeaker beside this microphone.
  microphone: { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } },
  camera: { video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } } },
};

/** Asks the user for the microphone or the camera: its track, or why it cannot be had. Never rejects. */
export async function openDevice(kind: DeviceKind): Promise<MediaStreamTrack | DeviceProblem> {
  if (!isSecureContext) return 'insecure';
  try {
    const stream = await navigator.mediaDevices.getUserMedia(CONSTRAINTS[kind]);
    const [track] = stream.getTracks();
    if (!track) return 'failed';
    // On a slow network the browser then gives up sharpness, not motion: what the other side sees
    // of a user who moves or steers must be of now (MediaStreamTrack Content Hints, section 3).
    track.contentHint = kind === 'camera' ? 'motion' : 'speech';
    return track;
  } catch (error) {
    return deviceProblemOf((error as Error).name);
  }
}
