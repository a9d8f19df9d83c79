import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FlowNode } from './flowNode';
import { freePort } from './freePort';
import { statusRecorder } from './observers';
import { installedTarball } from './packedPackage';
import { descendantsOf, type ProcessInfo } from './processes';
import { NoUseError, waitFor } from './waitFor';

export interface NodeRedOptions {
  /** What is deployed from the start. Default: nothing. */
  flows?: readonly FlowNode[];
  /** Holds the node_modules and package.json to start with. Default: the packed tarball, installed. */
  installed?: string;
  /** JavaScript for settings.js, such as `httpNodeAuth: {…},`. Default: none. */
  settings?: string;
  /** JavaScript expressions for the global context of function nodes, by name. Default: none. */
  globals?: Readonly<Record<string, string>>;
  /** Variables added to the environment. Default: none. */
  env?: NodeJS.ProcessEnv;
  /** What runs. Default: the Node.js of the tests and the Node-RED of the devDependencies. */
  runtime?: Runtime;
}

/** A Node-RED and the Node.js to run it with. */
export interface Runtime {
  /** Path of the program `node`. */
  readonly node: string;
  /** Path of Node-RED's `red.js`. */
  readonly red: string;
}

/** How a Node-RED ended that was asked to. */
export interface NodeRedEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** How long Node-RED may take to start or to deploy, in ms: generous, machines are shared. */
const START_LIMIT_MS = 60_000;
/** Node-RED gives nodes 15 s to close. */
const STOP_LIMIT_MS = 20_000;

/** A real Node-RED in a fresh user directory, listening on 127.0.0.1. */
export class NodeRed {
  readonly port: number;
  /** For example `http://127.0.0.1:41880`, without a slash at the end. */
  readonly origin: string;
  readonly userDir: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #runtime: Runtime;
  #process: ChildProcess | undefined;
  #log = '';
  #lastEnd: NodeRedEnd | undefined;

  private constructor(port: number, options: NodeRedOptions) {
    const { flows = [], installed, settings = '', globals = {}, env, runtime } = options;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
    this.#env = { ...process.env, ...env };
    this.#runtime = runtime ?? { node: process.execPath, red: require.resolve('node-red/red.js') };
    this.userDir = mkdtempSync(join(tmpdir(), 'rtcbot-node-red-'));
    const from = installed ?? installedTarball();
    cpSync(join(from, 'package.json'), join(this.userDir, 'package.json'));
    symlinkSync(join(from, 'node_modules'), join(this.userDir, 'node_modules'));
    writeFileSync(join(this.userDir, 'flows.json'), JSON.stringify(flows));
    writeFileSync(join(this.userDir, 'settings.js'), settingsFile(port, settings, globals));
  }

  /** Starts it and waits until it answers and its flows run. */
  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const nodeRed = new NodeRed(await freePort(), options);
    try {
      await nodeRed.#launch();
    } catch (error) {
      await nodeRed.stop();
      throw error;
    }
    return nodeRed;
  }

  /** The process id of Node-RED. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('Node-RED is not running');
    return pid;
  }

  /** Everything it has written to its log since the first start. */
  get log(): string {
    return this.#log;
  }

  /** How it ended last; undefined before that. */
  get lastEnd(): NodeRedEnd | undefined {
    return this.#lastEnd;
  }

  /** The processes that Node-RED and its nodes have started and that run now. */
  get descendants(): ProcessInfo[] {
    return descendantsOf(this.pid);
  }

  /** Replaces the flows through the admin API, as the editor's deploy button does. */
  async deploy(
    flows: readonly FlowNode[],
    { type = 'full' }: { type?: 'full' | 'nodes' | 'flows' } = {},
  ): Promise<void> {
    const before = this.#flowStarts();
    const response = await fetch(`${this.origin}/flows`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Node-RED-API-Version': 'v2',
        'Node-RED-Deployment-Type': type,
      },
      body: JSON.stringify({ flows }),
    });
    if (!response.ok) throw new Error(`deploy: ${response.status} ${await response.text()}`);
    await waitFor('start of the flows', START_LIMIT_MS, () => this.#flowStarts() > before);
  }

  /** GETs a path of this Node-RED and parses the JSON. @throws Error when the status is not 2xx */
  async getJson<T>(path: string): Promise<T> {
    const response = await fetch(this.origin + path, { headers: { Accept: 'application/json' } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Waits until the log holds a match, and gives it. */
  waitForLog(pattern: RegExp, limitMs: number): Promise<RegExpExecArray> {
    return waitFor(`log line like ${pattern}`, limitMs, () => pattern.exec(this.#log) ?? undefined);
  }

  /** Ends it as an operating system does and starts it again in the same place with the same flows. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#launch();
  }

  /** Stops it and removes its user directory. Idempotent. */
  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.userDir, { recursive: true, force: true });
  }

  async #launch(): Promise<void> {
    const { node, red } = this.#runtime;
    const before = this.#flowStarts();
    const child = spawn(node, [red, '--userDir', this.userDir], {
      cwd: this.userDir,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.#log += text;
      });
    }
    await waitFor('running Node-RED', START_LIMIT_MS, () => {
      const isLost = child.exitCode !== null || this.#log.includes('Waiting for missing types');
      if (isLost) throw new NoUseError(`Node-RED did not start its flows:\n${this.#log}`);
      return this.#flowStarts() > before && this.#log.includes('Server now running');
    });
  }

  async #end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const startMs = performance.now();
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    const [code, signal] = await ended;
    clearTimeout(force);
    this.#lastEnd = { code, signal, tookMs: performance.now() - startMs };
  }

  #flowStarts(): number {
    return this.#log.match(/Started (flows|modified (nodes|flows))$/gm)?.length ?? 0;
  }
}

function settingsFile(
  port: number,
  extra: string,
  globals: Readonly<Record<string, string>>,
): string {
  const context = Object.entries({ statuses: statusRecorder(), ...globals });
  return `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: ${port},
  flowFile: 'flows.json',
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  editorTheme: { tours: false },
  lang: 'en-US', // whatever the machine speaks; the tests name English texts
  functionGlobalContext: {
    ${context.map(([name, value]) => `${name}: ${value},`).join('\n    ')}
  },
  ${extra}
};
`;
}
