/** What can go wrong with a Raspberry Pi's camera module only. */
import { MediaError } from './errors';

/** No program that reads a Raspberry Pi's camera module was found. */
export class RpicamMissingError extends MediaError {
  readonly code = 'rpicam-missing';
  constructor(options?: ErrorOptions) {
    super(
      'rpicam-vid not found: on a Raspberry Pi sudo apt install rpicam-apps, on other machines use a camera node',
      {},
      options,
    );
  }
}

/** The camera module is not there, or not seen. */
export class PicameraMissingError extends MediaError {
  readonly code = 'picamera-missing';
  constructor(camera: string, options?: ErrorOptions) {
    super(
      `${camera} was not found: check its cable with the power off, then try rpicam-hello --list-cameras`,
      { camera },
      options,
    );
  }
}

/** The camera module was found but sends nothing. */
export class PicameraStalledError extends MediaError {
  readonly code = 'picamera-stalled';
  constructor(camera: string, options?: ErrorOptions) {
    super(
      `${camera} sends no pictures: check its cable and the power supply, then restart the Raspberry Pi`,
      { camera },
      options,
    );
  }
}

/** The system is set up for the camera programs of old. */
export class LegacyCameraError extends MediaError {
  readonly code = 'legacy-camera';
  constructor(options?: ErrorOptions) {
    super(
      'The legacy camera stack is enabled: switch it off with sudo raspi-config (Interface Options), then restart the Raspberry Pi',
      {},
      options,
    );
  }
}
