import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';
import { listMicrophones, listSpeakers } from '../../engine/process/sound/soundDevices';
import {
  parseAlsaCards,
  parseAvfoundationMicrophones,
  parseDshowMicrophones,
  parseNaudiodon,
  parsePactl,
  parsePwDump,
} from '../../engine/process/sound/soundDeviceTexts';
import { SoundServer } from '../support/SoundServer';

const ABOUT = 'Server Name: PulseAudio\nDefault Sink: hdmi\nDefault Source: usb.mono-fallback\n';

const SOURCES_JSON = JSON.stringify([
  { name: 'hdmi.monitor', description: 'Monitor of HDMI', monitor_source: 'hdmi' },
  { name: 'usb.mono-fallback', description: 'USB Microphone', monitor_source: '' },
  { name: 'odd', description: null, monitor_source: '' },
]);

const SOURCES = `Source #0
	State: IDLE
	Name: hdmi.monitor
	Description: Monitor of HDMI
	Monitor of Sink: hdmi
	Properties:
		device.description = "Monitor of HDMI"

Source #1
	State: RUNNING
	Name: usb.mono-fallback
	Description: USB Microphone
	Monitor of Sink: n/a
`;

const SINKS = `Sink #0
	Name: hdmi
	Description: HDMI
	Monitor Source: hdmi.monitor

Sink #3
	Name: usb.stereo
	Description: USB Speaker
	Monitor Source: usb.stereo.monitor
`;

const PW_DUMP = JSON.stringify([
  { id: 0, type: 'PipeWire:Interface:Core', info: { props: { 'core.name': 'pipewire-0' } } },
  {
    type: 'PipeWire:Interface:Metadata',
    props: { 'metadata.name': 'default' },
    metadata: [
      { subject: 0, key: 'default.audio.sink', value: { name: 'speaker' } },
      { subject: 0, key: 'default.audio.source', value: { name: 'mic' } },
    ],
  },
  node('mic', 'Audio/Source', 'A microphone'),
  node('echo-free', 'Audio/Source/Virtual', 'Echo cancelled'),
  node('speaker', 'Audio/Sink', 'A speaker'),
  node('camera', 'Video/Source', 'A camera'),
  node('browser', 'Stream/Output/Audio', 'A page'),
]);

function node(name: string, kind: string, description: string) {
  const props = { 'node.name': name, 'media.class': kind, 'node.description': description };
  return { type: 'PipeWire:Interface:Node', info: { props } };
}

const ARECORD = `**** List of CAPTURE Hardware Devices ****
card 0: PCH [HDA Intel PCH], device 0: ALC257 Analog [ALC257 Analog]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 2: Device [USB PnP Sound Device], device 0: USB Audio [USB Audio]
  Subdevices: 0/1
`;

const AVFOUNDATION = `[AVFoundation indev @ 0x7f8] AVFoundation video devices:
[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x7f8] [1] USB [2] Microphone
: Input/output error`;

const DSHOW_OLD = `[dshow @ 000001] DirectShow video devices (some may be both video and audio devices)
[dshow @ 000001]  "HD Webcam"
[dshow @ 000001] DirectShow audio devices
[dshow @ 000001]  "Microphone (USB Audio)"
[dshow @ 000001]     Alternative name "@device_cm_{33D9A762}\\wave_{1}"`;

const DSHOW_NEW = `[dshow @ 000001] "HD Webcam" (video)
[dshow @ 000001]   Alternative name "@device_pnp_usb"
[dshow @ 000001] "Microphone (USB Audio)" (audio)
[dshow @ 000001] "Line In" (audio)`;

const NAUDIODON = `PortAudio V19
devices [{"id":0,"name":"HDA: ALC257 (hw:0,0)","maxInputChannels":2,"maxOutputChannels":2},{"id":1,"name":"default","maxInputChannels":32,"maxOutputChannels":32},{"id":2,"name":"HDMI","maxInputChannels":0,"maxOutputChannels":8}]
bye`;

const MIC = { id: 'usb.mono-fallback', label: 'USB Microphone', isDefault: true };
const MONITOR = { id: 'hdmi.monitor', label: 'Monitor of HDMI', isDefault: false };

describe('The devices in the texts of tools', () => {
  for (const { it: sentence, found, expected } of [
    {
      it: 'pactl in JSON: microphones come before what hears a speaker',
      found: parsePactl(SOURCES_JSON, ABOUT, 'record'),
      expected: [MIC, { id: 'odd', label: 'odd', isDefault: false }, MONITOR],
    },
    {
      it: 'pactl in words, as before PulseAudio 16',
      found: parsePactl(SOURCES, ABOUT, 'record'),
      expected: [MIC, MONITOR],
    },
    {
      it: 'pactl about speakers',
      found: parsePactl(SINKS, ABOUT, 'play'),
      expected: [
        { id: 'hdmi', label: 'HDMI', isDefault: true },
        { id: 'usb.stereo', label: 'USB Speaker', isDefault: false },
      ],
    },
    {
      it: 'pactl when the connection fails',
      found: parsePactl('', '', 'record'),
      expected: [],
    },
    {
      it: 'pw-dump: microphones, real and virtual',
      found: parsePwDump(PW_DUMP, 'record'),
      expected: [
        { id: 'mic', label: 'A microphone', isDefault: true },
        { id: 'echo-free', label: 'Echo cancelled', isDefault: false },
      ],
    },
    {
      it: 'pw-dump: speakers',
      found: parsePwDump(PW_DUMP, 'play'),
      expected: [{ id: 'speaker', label: 'A speaker', isDefault: true }],
    },
    {
      it: 'pw-dump when it says something else',
      found: [...parsePwDump('can not connect', 'play'), ...parsePwDump('[null, 1]', 'play')],
      expected: [],
    },
    {
      it: 'arecord: cards by their names, which stay',
      found: parseAlsaCards(ARECORD),
      expected: [
        {
          id: 'plughw:CARD=PCH,DEV=0',
          label: 'HDA Intel PCH, ALC257 Analog',
          isDefault: true,
        },
        {
          id: 'plughw:CARD=Device,DEV=0',
          label: 'USB PnP Sound Device, USB Audio',
          isDefault: false,
        },
      ],
    },
    {
      it: 'aplay on a machine without cards',
      found: parseAlsaCards('aplay: device_list:274: no soundcards found...'),
      expected: [],
    },
    {
      it: 'ffmpeg on macOS',
      found: parseAvfoundationMicrophones(AVFOUNDATION).map(({ id }) => id),
      expected: ['MacBook Pro Microphone', 'USB [2] Microphone'],
    },
    {
      it: 'ffmpeg before 5.0 on Windows',
      found: parseDshowMicrophones(DSHOW_OLD),
      expected: [
        { id: 'Microphone (USB Audio)', label: 'Microphone (USB Audio)', isDefault: true },
      ],
    },
    {
      it: 'ffmpeg since 5.0 on Windows',
      found: parseDshowMicrophones(DSHOW_NEW).map(({ id, isDefault }) => [id, isDefault]),
      expected: [
        ['Microphone (USB Audio)', true],
        ['Line In', false],
      ],
    },
    {
      it: 'naudiodon: what can record, among what it prints',
      found: parseNaudiodon(NAUDIODON, 'record').map(({ id, isDefault }) => [id, isDefault]),
      expected: [
        ['HDA: ALC257 (hw:0,0)', false],
        ['default', true],
      ],
    },
    {
      it: 'naudiodon: what can play',
      found: parseNaudiodon(NAUDIODON, 'play').map(({ id }) => id),
      expected: ['HDA: ALC257 (hw:0,0)', 'default', 'HDMI'],
    },
    {
      it: 'naudiodon when it crashed',
      found: parseNaudiodon('Segmentation fault', 'play'),
      expected: [],
    },
  ]) {
    it(sentence, () => assert.deepEqual(found, expected));
  }
});

describe('The devices of a sound server', () => {
  let server: SoundServer;
  let sound: SoundFinder;
  before(async () => {
    server = await SoundServer.start();
    sound = new SoundFinder({ env: server.env });
  });
  after(() => server.close());

  it('are found by PulseAudio, the default ones marked', async () => {
    const system = await sound.find();
    assert.deepEqual(system, { backend: 'pulse' });
    const microphones = await listMicrophones(system, sound.run);
    assert.deepEqual(
      microphones.map(({ id, isDefault }) => [id, isDefault]),
      [
        ['vmic', true],
        ['vspk.monitor', false],
        ['vmic_sink.monitor', false],
      ],
    );
    const speakers = await listSpeakers(system, sound.run);
    assert.deepEqual(
      speakers.map(({ id, isDefault }) => [id, isDefault]),
      [
        ['vspk', true],
        ['vmic_sink', false],
      ],
    );
  });

  it('are found by naudiodon', async () => {
    // As shipped: naudiodon runs in a process of its own, from a compiled file.
    const path = join(__dirname, '../../dist/engine/process/sound/soundDevices.js');
    const built = require(path) as { listMicrophones: typeof listMicrophones };
    const found = await built.listMicrophones({ backend: 'naudiodon' }, sound.run);
    const names = found.map(({ id }) => id);
    assert.ok(names.includes('vmic') && names.includes('default'), `${names}`);
  });
});
