import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outputOf } from '../../engine/process/outputOf';
import { programPath } from './programPath';
import { type Tone, tone } from './tones';
import { waitFor } from './waitFor';

/** What is played and recorded here: S16LE at 48 kHz with two channels. */
export const SERVER_RATE = 48_000;
export const SERVER_CHANNELS = 2;

const START_MS = 10_000;
/** Sound is prepared in pieces of so many ms, a whole number of periods of every tone of whole 10 Hz. */
const PIECE_MS = 100;

/**
 * A PulseAudio of its own, without hardware: a virtual microphone `vmic` that hears what is played
 * into `vmic_sink`, and a virtual speaker `vspk` whose sound `vspk.monitor` gives. ALSA's programs
 * reach both through `env` too, by the same names and as default.
 */
export class SoundServer {
  /** For every program that is to use this server and no other. */
  readonly env: NodeJS.ProcessEnv;
  readonly #directory: string;
  readonly #helpers = new Set<ChildProcess>();
  #server: ChildProcess | undefined;

  private constructor() {
    const directory = mkdtempSync(join(tmpdir(), 'rtcbot-sound-'));
    this.#directory = directory;
    this.env = {
      ...process.env,
      HOME: directory,
      XDG_RUNTIME_DIR: directory,
      XDG_CONFIG_HOME: directory,
      PULSE_SERVER: `unix:${directory}/native`,
    };
    writeFileSync(join(directory, 'pulse.pa'), configuration(directory));
    writeFileSync(join(directory, '.asoundrc'), ALSA_CONFIGURATION);
  }

  /** @throws Error when PulseAudio is not installed or does not start */
  static async start(): Promise<SoundServer> {
    const server = new SoundServer();
    await server.restart();
    return server;
  }

  /** Starts the server anew after `kill()`. */
  async restart(): Promise<void> {
    await this.kill();
    const args = ['-n', '-F', join(this.#directory, 'pulse.pa'), '--daemonize=no'];
    this.#server = spawn(
      programPath('pulseaudio'),
      [...args, '--exit-idle-time=-1', '--use-pid-file=no'],
      { env: this.env, stdio: 'ignore' },
    );
    await waitFor('sound server', START_MS, async () => {
      const { code, stdout } = await this.#ask('pactl', 'info');
      return code === 0 && stdout.includes('Default Source: vmic');
    });
  }

  /** Kills the server with SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    await ended(this.#server);
    this.#server = undefined;
  }

  /** Removes the virtual microphone, as unplugging it would. */
  async unplugMicrophone(): Promise<void> {
    const { stdout } = await this.#ask('pactl', 'list', 'short', 'modules');
    const index = /^(\d+)\tmodule-remap-source/m.exec(stdout)?.[1];
    if (!index) throw new Error('there is no virtual microphone');
    await this.#ask('pactl', 'unload-module', index);
  }

  /** Plays PCM of the server's form into a sink. Resolves when it was handed over. */
  async play(pcm: Buffer, sink = 'vmic_sink'): Promise<void> {
    const player = this.#player(sink);
    player.stdin?.end(pcm);
    await once(player, 'exit');
    this.#helpers.delete(player);
  }

  /** Plays a tone without end, until the returned function is called. Its frequency is a multiple of 10 Hz. */
  playTone(sound: Pick<Tone, 'frequency' | 'amplitude'>, sink = 'vmic_sink'): () => Promise<void> {
    const player = this.#player(sink);
    const { stdin } = player;
    const piece = tone({
      ...sound,
      sampleRate: SERVER_RATE,
      channels: SERVER_CHANNELS,
      durationMs: PIECE_MS,
    });
    const feed = () => {
      while (stdin?.writable && stdin.write(piece));
    };
    stdin?.on('drain', feed);
    feed();
    return async () => {
      await ended(player);
      this.#helpers.delete(player);
    };
  }

  /** What a source gives (`vspk.monitor`: what the speaker plays), from its first sound on. */
  async record(durationMs: number, source = 'vspk.monitor'): Promise<Buffer> {
    const recorder = this.#helper('parec', ['-d', source, '--latency-msec=10']);
    const wanted = (durationMs / 1000) * SERVER_RATE * SERVER_CHANNELS * 2;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of recorder.stdout ?? []) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= wanted) break;
    }
    await ended(recorder);
    this.#helpers.delete(recorder);
    return Buffer.concat(chunks).subarray(0, wanted);
  }

  /** Ends everything that was started here. */
  async close(): Promise<void> {
    await Promise.all([...this.#helpers].map(ended));
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #player(sink: string): ChildProcess {
    return this.#helper('pacat', ['--playback', '-d', sink, '--latency-msec=400']);
  }

  #helper(program: string, args: readonly string[]): ChildProcess {
    const form = ['--raw', '--format=s16le', `--rate=${SERVER_RATE}`];
    const all = [...args, ...form, `--channels=${SERVER_CHANNELS}`];
    const helper = spawn(programPath(program), all, {
      env: this.env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // It ends with its server; that is no error here.
    helper.stdin?.on('error', () => {});
    this.#helpers.add(helper);
    return helper;
  }

  #ask(program: string, ...args: string[]) {
    return outputOf({ program, args, env: { ...this.env, LC_ALL: 'C' } });
  }
}

/** Kills a process that we started and waits for its end. */
async function ended(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function configuration(directory: string): string {
  return `load-module module-native-protocol-unix auth-anonymous=1 socket=${directory}/native
load-module module-null-sink sink_name=vspk rate=${SERVER_RATE} channels=${SERVER_CHANNELS}
load-module module-null-sink sink_name=vmic_sink rate=${SERVER_RATE} channels=${SERVER_CHANNELS}
load-module module-remap-source master=vmic_sink.monitor source_name=vmic
set-default-sink vspk
set-default-source vmic
`;
}

/** PortAudio lists what has a hint; the device's name is the description that stands there. */
const ALSA_CONFIGURATION = `pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.vmic { type pulse device vmic hint { show on description "vmic" } }
pcm.vspk { type pulse device vspk hint { show on description "vspk" } }
`;
