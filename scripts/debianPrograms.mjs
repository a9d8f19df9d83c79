// The programs that tests use and that a Debian package brings.
import { spawnSync } from 'node:child_process';

const browsers = [
  { program: 'chromium', package: 'chromium' },
  { program: 'firefox-esr', package: 'firefox-esr' },
];
const others = [
  { program: 'ffmpeg', package: 'ffmpeg' },
  { program: 'git', package: 'git' },
  { program: 'openssl', package: 'openssl' },
  { program: 'pulseaudio', package: 'pulseaudio' },
  { program: 'pactl', package: 'pulseaudio-utils' },
  { program: 'arecord', package: 'alsa-utils' },
  { program: 'Xvfb', package: 'xvfb' },
  { program: 'xdotool', package: 'xdotool' },
  { program: 'mpv', package: 'mpv' },
  { program: 'zbarimg', package: 'zbar-tools' },
  { program: '/usr/sbin/mosquitto', package: 'mosquitto' },
  // A plug-in without a program.
  { package: 'libasound2-plugins' },
  // Letters of Japanese and Chinese, to see whether they fit.
  { package: 'fonts-droid-fallback' },
  // The RTSP server: modules of Debian's own Python, and plug-ins.
  { program: '/usr/bin/python3', package: 'python3' },
  { package: 'python3-gi' },
  { package: 'gir1.2-gst-rtsp-server-1.0' },
  { program: 'gst-launch-1.0', package: 'gstreamer1.0-tools' },
  { package: 'gstreamer1.0-plugins-base' },
  { package: 'gstreamer1.0-plugins-good' },
  { package: 'gstreamer1.0-plugins-ugly' },
  // A WebRTC peer of another make: webrtcbin and libnice.
  { package: 'gir1.2-gst-plugins-bad-1.0' },
  { package: 'gstreamer1.0-plugins-bad' },
  { package: 'gstreamer1.0-nice' },
  // A library of Python.
  { package: 'python3-aiortc' },
];

/**
 * Installs what is missing, where that is possible without asking anybody.
 * Gives the packages that are still missing.
 */
export function installPrograms({ withBrowsers }) {
  const wanted = withBrowsers ? [...others, ...browsers] : others;
  const missing = wanted.filter(each => !isInstalled(each));
  if (missing.length === 0) return [];

  const packages = missing.map(each => each.package);
  const asRoot = rootPrefix();
  if (asRoot && isInstalled({ program: 'apt-get' })) {
    process.stdout.write(`Installing what the tests need: ${packages.join(' ')}\n`);
    run([...asRoot, 'apt-get', 'update']);
    run([...asRoot, 'apt-get', 'install', '-y', '--no-install-recommends', ...packages]);
  }
  return missing.filter(each => !isInstalled(each)).map(each => each.package);
}

function isInstalled({ program, package: name }) {
  const question = program ? `command -v ${program}` : `dpkg-query --list ${name} | grep ^ii`;
  return spawnSync('sh', ['-c', question], { stdio: 'ignore' }).status === 0;
}

/** What stands before a command that only root may run; undefined when this user may not. */
function rootPrefix() {
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (process.getuid?.() === 0) return environment;
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n', ...environment] : undefined;
}

function run([program, ...args]) {
  spawnSync(program, args, { stdio: 'inherit' });
}
