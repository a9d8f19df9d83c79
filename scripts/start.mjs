// npm start: a real Node-RED in a scratch user directory, with this checkout installed and the
// example "02 Camera to browser" deployed. PORT and HOST choose where it listens.
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const example = join(root, 'examples/02 Camera to browser.json');
const port = Number(process.env.PORT || 1880);
const host = process.env.HOST || undefined;
/** How often it is looked whether npm is still there, in ms. */
const LOOK_MS = 300;
/** How long Node-RED may take to answer, in ms: slow machines need most of a minute. */
const START_LIMIT_MS = 120_000;

// Taken at once: npm may end while this program still builds.
const { ppid } = process;

await main();

async function main() {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    stopWith(`PORT=${process.env.PORT} is not a port: give a number from 1 to 65535.`);
  }
  const obstacle = await listenObstacle();
  if (obstacle) stopWith(obstacle);
  if (!existsSync(join(root, 'dist/nodes'))) {
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  }

  const userDir = makeUserDir();
  const code = await runNodeRed(userDir);
  rmSync(userDir, { recursive: true, force: true });
  process.exit(code);
}

/** Runs Node-RED until it ends or a signal asks for the end; gives this program's exit code. */
async function runNodeRed(userDir) {
  const red = createRequire(import.meta.url).resolve('node-red/red.js');
  const child = spawn(process.execPath, [red, '--userDir', userDir], { stdio: 'inherit' });
  const ended = new Promise(resolve => child.once('exit', code => resolve(code ?? 1)));

  let asked = false;
  const stop = signal => {
    asked = true;
    // From a terminal Node-RED had the signal already; a second one does it no harm.
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  whenNpmIsGone(() => stop('SIGTERM'));

  const answers = await Promise.race([firstAnswer(), ended.then(() => false)]);
  if (answers && !asked) process.stdout.write(greeting());
  const code = await ended;
  return asked ? 0 : code;
}

/**
 * Calls back once when npm has ended. It passes SIGTERM on to the shell that it runs scripts with,
 * and that ends without telling this program.
 */
function whenNpmIsGone(callback) {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    callback();
  }, LOOK_MS);
}

/** Resolves to true as soon as the live page is served, to false when that takes too long. */
async function firstAnswer() {
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until) {
    try {
      const response = await fetch(`http://${localName()}:${port}/rtcbot`);
      await response.arrayBuffer();
      if (response.ok) return true;
    } catch {
      // Not listening yet.
    }
    await sleep(200);
  }
  return false;
}

/** A user directory in which this checkout is installed as npm installs a folder: by a link. */
function makeUserDir() {
  const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const userDir = mkdtempSync(join(tmpdir(), 'node-red-rtcbot-'));
  const link = join(userDir, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(root, link, 'junction');
  writeFileSync(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'scratch', private: true, dependencies: { [name]: `file:${root}` } }),
  );
  cpSync(example, join(userDir, 'flows.json'));
  const settings = {
    uiPort: port,
    ...(host && { uiHost: host }),
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false, updateNotification: false },
    editorTheme: { tours: false },
  };
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = ${JSON.stringify(settings, null, 2)};\n`,
  );
  return userDir;
}

/** Why nothing can listen on the port, in a sentence; undefined when it is free. */
function listenObstacle() {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', error => {
      resolve(
        error.code === 'EADDRINUSE'
          ? `Port ${port} is in use by another program. Choose another one: PORT=1881 npm start`
          : `Cannot listen on port ${port}: ${error.message}`,
      );
    });
    server.listen({ port, host }, () => server.close(() => resolve(undefined)));
  });
}

function greeting() {
  const own = `http://${localName()}:${port}`;
  const others = host
    ? []
    : [
        ...lanAddresses().map(address => `    elsewhere   http://${address}:${port}/rtcbot`),
        '    (open to your network, editor included; HOST=127.0.0.1 keeps it to this machine)',
      ];
  const lines = ['', `    Live page   ${own}/rtcbot`, `    Editor      ${own}/`, ...others];
  return `${lines.join('\n')}\n    Ctrl-C stops.\n\n`;
}

/** The name by which this machine reaches itself where Node-RED listens. */
function localName() {
  if (!host || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function lanAddresses() {
  return Object.values(networkInterfaces())
    .flat()
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

function stopWith(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
