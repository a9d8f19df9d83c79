/** What programs say of a webcam, written for the tests after the form of v4l2-ctl 1.22 and ffmpeg 5.1. */

/** The parts of `v4l2-ctl --list-formats-ext`, behind the number of the format. */
export const FORMATS_TEXT = {
  h264: `'H264' (H.264, compressed)
\t\tSize: Discrete 320x240
\t\t\tInterval: Discrete 0.033s (30.000 fps)
`,
  mjpeg: `'MJPG' (Motion-JPEG, compressed)
\t\tSize: Discrete 320x240
\t\t\tInterval: Discrete 0.033s (30.000 fps)
`,
  raw: `'YUYV' (YUYV 4:2:2)
\t\tSize: Discrete 320x240
\t\t\tInterval: Discrete 0.033s (30.000 fps)
`,
} as const;

/** The lines of `ffmpeg -f v4l2 -list_formats all`. */
export const FFMPEG_FORMATS = {
  h264: '[video4linux2,v4l2 @ 0x55a1] Compressed:        h264 :                H.264 : 320x240\n',
  mjpeg: '[video4linux2,v4l2 @ 0x55a1] Compressed:       mjpeg :          Motion-JPEG : 320x240\n',
  raw: '[video4linux2,v4l2 @ 0x55a1] Raw       :     yuyv422 :           YUYV 4:2:2 : 320x240\n',
} as const;

/** `v4l2-ctl --list-ctrls-menus`. */
export const CONTROLS_TEXT = `
User Controls

                     brightness 0x00980900 (int)    : min=-64 max=64 step=1 default=0 value=0
        white_balance_automatic 0x0098090c (bool)   : default=1 value=1
                          gamma 0x00980910 (int)    : min=72 max=500 step=1 default=100 value=100
           power_line_frequency 0x00980918 (menu)   : min=0 max=2 default=1 value=1 (50 Hz)
\t\t\t\t0: Disabled
\t\t\t\t1: 50 Hz
\t\t\t\t2: 60 Hz
      white_balance_temperature 0x0098091a (int)    : min=2800 max=6500 step=10 default=4600 value=4600 flags=inactive

Camera Controls

                  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)
\t\t\t\t1: Manual Mode
\t\t\t\t3: Aperture Priority Mode
         exposure_time_absolute 0x009a0902 (int)    : min=1 max=5000 step=1 default=157 value=157 flags=inactive
                  focus_absolute 0x009a090a (int)    : min=0 max=250 step=5 default=0 value=0
                  zoom_absolute 0x009a090d (int)    : min=100 max=500 step=1 default=100 value=100
                        privacy 0x009a0910 (bool)   : default=0 value=0 flags=read-only
                      pan_reset 0x009a0911 (button) : value=0 flags=write-only, execute-on-write
                    camera_name 0x009a0912 (str)    : min=0 max=8 step=1 value='webcam'
`;
