import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EditorNode } from './editorNode';
import { type FlowNode, flowNode, TAB } from './flowNode';
import { observers } from './observers';
import { ROOT } from './packedPackage';

/** An example of the package, as the editor's import dialog would load it. */
export function exampleFlow(name: string): FlowNode[] {
  return JSON.parse(readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8'));
}

/** A freshly dropped rtc-camera, wired to `connection`, with some settings changed. */
export function cameraNode(settings: Partial<FlowNode> = {}): FlowNode {
  return flowNode('camera', 'rtc-camera', {
    name: '',
    source: 'test',
    device: '',
    url: '',
    rtspTransport: 'tcp',
    file: '',
    loop: true,
    width: '',
    height: '',
    frameRate: '',
    linger: '5',
    frames: 'stream',
    format: 'jpeg',
    framesWidth: '',
    framesRate: '',
    wires: [['connection'], []],
    ...settings,
  });
}

/** A freshly dropped rtc-picamera, wired to `connection`, with some settings changed. */
export function picameraNode(settings: Partial<FlowNode> = {}): FlowNode {
  const { defaults } = new EditorNode('picamera').definition;
  const dropped = Object.entries(defaults).map(([name, { value }]) => [name, value]);
  return flowNode('picamera', 'rtc-picamera', {
    ...Object.fromEntries(dropped),
    wires: [['connection'], []],
    ...settings,
  });
}

/** A freshly dropped rtc-microphone, wired to `connection`, with some settings changed. */
export function microphoneNode(settings: Partial<FlowNode> = {}): FlowNode {
  return flowNode('microphone', 'rtc-microphone', {
    name: '',
    device: '',
    backend: 'auto',
    sampleRate: '48000',
    channels: '1',
    linger: '5',
    wires: [['connection'], []],
    ...settings,
  });
}

/** A freshly dropped rtc-speaker with some settings changed. */
export function speakerNode(settings: Partial<FlowNode> = {}): FlowNode {
  return flowNode('speaker', 'rtc-speaker', {
    name: '',
    device: '',
    backend: 'auto',
    volume: '100',
    muted: false,
    depth: '60',
    ...settings,
  });
}

/** A freshly dropped rtc-display without a window, with some settings changed. */
export function displayNode(settings: Partial<FlowNode> = {}): FlowNode {
  return flowNode('display', 'rtc-display', {
    name: '',
    property: 'payload',
    select: 'newest',
    window: false,
    fullscreen: false,
    screen: '',
    preview: false,
    http: false,
    guarded: false,
    path: '/display',
    origins: '',
    ...settings,
  });
}

/** A freshly dropped rtc-connection, its events recorded, with some settings changed. */
export function connectionNode(settings: Partial<FlowNode> = {}): FlowNode {
  return flowNode('connection', 'rtc-connection', {
    name: '',
    signaling: 'endpoint',
    path: '/rtcbot',
    address: '',
    tls: '',
    page: true,
    guarded: false,
    origins: '',
    framedBy: '',
    maxPeers: '32',
    bitrate: '',
    keyframeInterval: '10',
    latency: 'lowest',
    encoder: 'automatic',
    video: 'track',
    format: 'jpeg',
    framesWidth: '',
    framesRate: '',
    audio: 'track',
    whenFull: 'refuse',
    statsInterval: '',
    ordered: true,
    maxRetransmits: '',
    maxMessage: '',
    deadMan: false,
    deadManMs: '500',
    deadManPayload: 'stop',
    deadManPayloadType: 'str',
    outputs: 4,
    wires: [[], [], [], ['events']],
    ...settings,
  });
}

/** A camera wired to a connection, and everything they report recorded (see `observed`). */
export function cameraToBrowser({
  camera = {},
  connection = {},
}: {
  camera?: Partial<FlowNode>;
  connection?: Partial<FlowNode>;
} = {}): FlowNode[] {
  return [TAB, cameraNode(camera), connectionNode(connection), ...observers()];
}
