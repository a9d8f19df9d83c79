import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TestPicture } from '../../engine/capture/testPattern/TestPicture';

/** Options of an `RtspCamera`. */
export interface RtspCameraOptions {
  /** Whether its H.264 has B-frames, which WebRTC cannot carry. Default false. */
  readonly bFrames?: boolean;
  /** What it asks for. Default: it is open to all. */
  readonly login?: { readonly user: string; readonly password: string };
}

const WIDTH = 640;
const HEIGHT = 480;
const RATE = 30;

// Debian's own: another Python does not find Debian's modules.
const PYTHON = '/usr/bin/python3';

const COMMON = 'key-int-max=30 bitrate=1500';
const WITHOUT = [`${COMMON} tune=zerolatency speed-preset=ultrafast`, 'baseline'];
const WITH = [`${COMMON} speed-preset=veryfast bframes=2 b-adapt=false rc-lookahead=0`, 'main'];

/** A network camera of 640x480 at 30 pictures a second, on a real RTSP server. Its pictures show their capture time. */
export class RtspCamera {
  readonly #options: RtspCameraOptions;
  readonly #picture = new TestPicture(WIDTH, HEIGHT, RATE);
  #server: ChildProcess | undefined;
  #drawing: NodeJS.Timeout | undefined;
  #port = '0';

  private constructor(options: RtspCameraOptions) {
    this.#options = options;
  }

  /** @throws Error when the server is not installed or does not start */
  static async start(options: RtspCameraOptions = {}): Promise<RtspCamera> {
    const camera = new RtspCamera(options);
    await camera.restart();
    return camera;
  }

  /** Where it is, without a login. */
  get url(): string {
    return `rtsp://127.0.0.1:${this.#port}/camera`;
  }

  /** Starts it, in the same place as before if it ran. */
  async restart(): Promise<void> {
    await this.close();
    const { bFrames = false, login = { user: '', password: '' } } = this.#options;
    const form = [WIDTH, HEIGHT, RATE].map(String);
    const coding = bFrames ? WITH : WITHOUT;
    const script = join(__dirname, 'rtspServer.py');
    const server = spawn(
      PYTHON,
      [script, this.#port, ...form, ...coding, login.user, login.password],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    this.#server = server;
    const lines = createInterface({ input: server.stdout });
    const [port] = await Promise.race([
      once(lines, 'line'),
      once(server, 'exit').then(([code]) => {
        throw new Error(`the RTSP server ended with ${code}`);
      }),
    ]);
    this.#port = port;
    this.#draw(server);
  }

  /** Ends it at once, as a loss of power would. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#drawing);
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  #draw({ stdin }: ChildProcess): void {
    // It ends with its reader; that is no error here.
    stdin?.on('error', () => {});
    let count = 0;
    this.#drawing = setInterval(() => {
      count += 1;
      if (!stdin?.writable || stdin.writableNeedDrain) return;
      // Copied: the next is drawn over it.
      stdin.write(Buffer.from(this.#picture.draw(Date.now(), count)));
    }, 1000 / RATE);
  }
}
