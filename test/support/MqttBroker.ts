import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort } from './freePort';

// Debian's place for servers; not everybody has it on the PATH.
const MOSQUITTO = '/usr/sbin/mosquitto';

/** A real MQTT broker (Mosquitto), open to everybody on this machine. */
export class MqttBroker {
  readonly port: number;
  readonly #server: ChildProcess;

  private constructor(port: number, server: ChildProcess) {
    this.port = port;
    this.#server = server;
  }

  /** @throws Error when Mosquitto is not installed or does not start */
  static async start(): Promise<MqttBroker> {
    const port = await freePort();
    // Without a configuration it listens on the loopback only.
    const server = spawn(MOSQUITTO, ['-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: server.stderr });
    const running = new Promise<void>(resolve => {
      lines.on('line', line => line.endsWith(' running') && resolve());
    });
    const ended = once(server, 'exit').then(([code]) => {
      throw new Error(`Mosquitto ended with ${code}`);
    });
    await Promise.race([running, ended]);
    ended.catch(() => {}); // It ends by `close`, too.
    return new MqttBroker(port, server);
  }

  async close(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill();
    await ended;
  }
}
