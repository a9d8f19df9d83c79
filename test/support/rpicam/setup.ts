/** A camera module of the stand-in. */
export interface CameraSetup {
  /** Of its sensor, such as `imx219`. */
  readonly model: string;
  /** Width and height in pixels, pictures a second. */
  readonly modes: readonly (readonly [width: number, height: number, fps: number])[];
}

/** The machine that the stand-in stands in, as a file holds it. */
export interface StandInSetup {
  /** Of rpicam-vid, such as `1.6.0`. */
  readonly version: string;
  readonly hasLibav: boolean;
  /** It finds a hardware encoder: a Raspberry Pi 0 to 4. */
  readonly hasHardware: boolean;
  readonly cameras: readonly CameraSetup[];
  /** Another program has the camera. */
  readonly isBusy: boolean;
  /** After so many pictures the sensor falls silent. */
  readonly pictures: number;
}

/** A Raspberry Pi 4 with one camera module and a current system. */
export const PI_4: StandInSetup = {
  version: '1.6.0',
  hasLibav: true,
  hasHardware: true,
  cameras: [
    {
      model: 'imx219',
      modes: [
        [640, 480, 206.65],
        [1640, 1232, 83.7],
        [3280, 2464, 21.19],
      ],
    },
  ],
  isBusy: false,
  pictures: 1e9,
};

/** A Raspberry Pi 5, which has no hardware encoder. */
export const PI_5: StandInSetup = { ...PI_4, version: '1.12.0', hasHardware: false };
