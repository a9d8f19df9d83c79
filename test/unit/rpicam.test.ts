import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePicameraList } from '../../engine/capture/picamera/picameraList';
import { SettingError } from '../../engine/model/errors/errors';
import { RpicamMissingError } from '../../engine/model/errors/picameraErrors';
import type { Output, OutputOptions } from '../../engine/process/outputOf';
import { parseRpicamOptions, RpicamFinder } from '../../engine/process/rpicam';
import { helpText } from '../support/rpicam/options';

const ENOENT: Output = { code: undefined, stdout: '', stderr: '', error: new Error('ENOENT') };
const said = (stdout: string, stderr = '', code = 0): Output => ({ code, stdout, stderr });

/** A machine with these programs; each answers to --help and --version. */
function machine(programs: Readonly<Record<string, (question: string) => Output>>) {
  const asked: string[] = [];
  const run = async ({ program, args }: OutputOptions): Promise<Output> => {
    asked.push([program, ...args].join(' '));
    return programs[program]?.(args[0] ?? '') ?? ENOENT;
  };
  return { asked, run };
}

const rpicam =
  (version: string, name = 'rpicam') =>
  (question: string) =>
    question === '--help'
      ? said(helpText(version, true))
      : said(
          `${name}-apps build: v${version} abc 01-01-2025 (12:00:00)\nlibcamera build: v0.5.0\n`,
        );
const raspivid = () => said('', '"raspivid" Camera App (commit 1 Tainted)\n-b : Set bitrate', 1);

describe('RpicamFinder', () => {
  for (const { it: sentence, programs, env = {}, path, kind, version } of [
    {
      it: 'takes the newest of all names',
      programs: { raspivid, 'libcamera-vid': rpicam('1.1.2'), 'rpicam-vid': rpicam('1.6.0') },
      path: 'rpicam-vid',
      kind: 'rpicam',
      version: 'v1.6.0',
    },
    {
      it: 'takes libcamera-vid where that is its name',
      programs: { raspivid, 'libcamera-vid': rpicam('1.1.2', 'libcamera') },
      path: 'libcamera-vid',
      kind: 'rpicam',
      version: 'v1.1.2',
    },
    {
      it: 'takes raspivid where there is nothing else',
      programs: { raspivid },
      path: 'raspivid',
      kind: 'raspivid',
      version: '',
    },
    {
      it: 'takes what the environment names',
      programs: { '/opt/vid': rpicam('1.12.0'), 'rpicam-vid': rpicam('1.6.0') },
      env: { RPICAM_PATH: '/opt/vid' },
      path: '/opt/vid',
      kind: 'rpicam',
      version: 'v1.12.0',
    },
  ]) {
    it(sentence, async () => {
      const found = await new RpicamFinder({ env, run: machine(programs).run }).find();
      assert.deepEqual([found.path, found.kind, found.version], [path, kind, version]);
    });
  }

  it('looks once', async () => {
    const { run, asked } = machine({ 'rpicam-vid': rpicam('1.6.0') });
    const finder = new RpicamFinder({ env: {}, run });
    await Promise.all([finder.find(), finder.find()]);
    await finder.find();
    assert.deepEqual(asked, ['rpicam-vid --help', 'rpicam-vid --version']);
  });

  it('looks again after it found nothing', async () => {
    const programs: Record<string, (question: string) => Output> = {};
    const finder = new RpicamFinder({ env: {}, run: machine(programs).run });
    await assert.rejects(finder.find(), RpicamMissingError);
    programs['rpicam-vid'] = rpicam('1.6.0');
    assert.equal((await finder.find()).path, 'rpicam-vid');
  });

  it('takes no other than the one that the user set', async () => {
    const { run } = machine({ 'rpicam-vid': rpicam('1.6.0'), '/bin/true': () => said('') });
    for (const setting of ['/bin/true', '/nowhere']) {
      await assert.rejects(new RpicamFinder({ setting, env: {}, run }).find(), SettingError);
    }
  });

  it('takes no other program of that name', async () => {
    const { run } = machine({ 'rpicam-vid': () => said('usage: rpicam-vid --help') });
    await assert.rejects(new RpicamFinder({ env: {}, run }).find(), RpicamMissingError);
  });
});

describe('parseRpicamOptions', () => {
  it('reads short and long names, and the values of neither', () => {
    const help = `Valid options are:
  -h [ --help ] [=arg(=1)] (=0)         Print this
  --camera arg (=0)                     Of --list-cameras
  -g [ --intra ] arg (=0)               Period
  --libav-video-codec-opts arg          Such as "a=b"
                                        --not-this`;
    assert.deepEqual(
      [...parseRpicamOptions(help)],
      ['help', 'camera', 'intra', 'libav-video-codec-opts'],
    );
  });
});

describe('parsePicameraList', () => {
  for (const { it: sentence, text, expected } of [
    { it: 'reads that there is none', text: 'No cameras available!\n', expected: [] },
    {
      it: 'reads cameras and their modes',
      text: `Available cameras
-----------------
0 : imx219 [3280x2464 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx219@10)
    Modes: 'SRGGB10_CSI2P' : 640x480 [206.65 fps - (1000, 752)/1280x960 crop]
                             1640x1232 [83.70 fps - (0, 0)/3280x2464 crop]
           'SRGGB8' : 640x480 [206.65 fps - (1000, 752)/1280x960 crop]

1 : ov5647 [2592x1944] (/base/soc/i2c0mux/i2c@0/ov5647@36)
    Modes: 'SGBRG10_CSI2P' : 2592x1944
`,
      expected: [
        {
          camera: 0,
          label: 'imx219',
          modes: [
            { mode: '640:480:10:P', width: 640, height: 480, frameRate: 206.65 },
            { mode: '1640:1232:10:P', width: 1640, height: 1232, frameRate: 83.7 },
            { mode: '640:480:8:U', width: 640, height: 480, frameRate: 206.65 },
          ],
        },
        { camera: 1, label: 'ov5647', modes: [] },
      ],
    },
  ]) {
    it(sentence, () => assert.deepEqual(parsePicameraList(text), expected));
  }
});
