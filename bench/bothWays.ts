import { setTimeout as sleep } from 'node:timers/promises';
import { type FlowNode, TAB } from '../test/support/flowNode';
import { cameraNode, connectionNode, microphoneNode, speakerNode } from '../test/support/flows';
import { NodeRed } from '../test/support/NodeRed';
import { SoundServer } from '../test/support/SoundServer';
import type { TestBrowser, TestPage } from '../test/support/TestBrowser';
import { waitFor } from '../test/support/waitFor';
import { FRAME_RATE } from './cells';
import { LOOP_GLOBALS, loopNodes } from './eventLoop';
import {
  latenciesOf,
  RECORDER_GLOBALS,
  recorderNodes,
  startRecording,
  takeRecording,
} from './jpegRecorder';
import { type Load, Meter } from './Meter';
import { percentile } from './percentile';
import { bursts, delays, MICROPHONE, OnsetRecorder } from './ToneBursts';
import { untilQuiet } from './untilQuiet';

/** What is measured with one Chromium beside the cells. */
export const WAYS = ['sound', 'receive', 'two-way'] as const;

/**
 * `sound`: microphone to browser, from the moment at which another recorder of the same sound
 * server gets a tone to that at which the page's Web Audio gets it.
 * `receive`: a canvas of the browser to a JPEG message in the flow, from its drawing on.
 * `two-way`: a camera and a microphone to the browser, and its canvas and sound to JPEG messages
 * and a speaker; the latency is that of the way back.
 */
export type Way = (typeof WAYS)[number];

/** What a way showed. Times in ms. */
export interface WayResult {
  readonly way: Way;
  readonly latencyP50: number;
  readonly latencyP95: number;
  /** Onsets or pictures of which the latency is. */
  readonly readings: number;
  /** Pictures a second that came to the flow, and that the browser presented; absent where none are sent. */
  readonly fpsReceived?: number;
  readonly fpsSent?: number;
  readonly load: Load;
}

const SIZE = { width: 640, height: 480 };
const WARM_UP_MS = 5000;

/** Measures one way with a Node-RED and a sound server of its own. */
export async function measureWay(
  way: Way,
  { browser, installed, seconds }: { browser: TestBrowser; installed: string; seconds: number },
): Promise<WayResult> {
  const sound = await SoundServer.start();
  const globals = { ...LOOP_GLOBALS, ...RECORDER_GLOBALS };
  const nodeRed = await NodeRed.start({ installed, globals, flows: flowsOf(way), env: sound.env });
  try {
    await untilQuiet(nodeRed);
    const page = await browser.open(`${nodeRed.origin}/rtcbot`);
    const measured = { way, seconds, nodeRed, browser, page };
    const result = await (way === 'sound'
      ? measureSound(sound, measured)
      : measurePictures(sound, measured));
    await page.close();
    return result;
  } finally {
    await nodeRed.stop();
    await sound.close();
  }
}

interface Measured {
  readonly way: Way;
  readonly seconds: number;
  readonly nodeRed: NodeRed;
  readonly browser: TestBrowser;
  readonly page: TestPage;
}

async function measureSound(sound: SoundServer, measured: Measured): Promise<WayResult> {
  const { way, seconds, nodeRed, browser, page } = measured;
  await page.evaluate('inPage.startOnsets()');
  const recorder = new OnsetRecorder(sound);
  const playing = sound.play(bursts(WARM_UP_MS / 1000 + seconds), 'vmic_sink');
  try {
    await sleep(WARM_UP_MS);
    await page.evaluate('inPage.takeOnsets()');
    const meter = await Meter.start(nodeRed, browser);
    await sleep(seconds * 1000);
    const load = await meter.stop();
    const heard = await page.evaluate<number[]>('inPage.takeOnsets()');
    return { way, ...summary(delays(recorder.onsets, heard)), load };
  } finally {
    recorder.close();
    await playing;
  }
}

async function measurePictures(sound: SoundServer, measured: Measured): Promise<WayResult> {
  const { way, seconds, nodeRed, browser, page } = measured;
  const isTwoWay = way === 'two-way';
  const stopTone = isTwoWay ? sound.playTone({ frequency: 1000, amplitude: 0.3 }) : undefined;
  try {
    await page.evaluate(`inPage.sendClock(${SIZE.width}, ${SIZE.height}, ${FRAME_RATE})`);
    if (isTwoWay) await page.evaluate('inPage.sendTone(700, 0.3)');
    await waitFor('pictures of the browser', 30_000, async () => {
      await startRecording(nodeRed);
      await sleep(1000);
      return (await takeRecording(nodeRed)).length > FRAME_RATE / 2;
    });
    await sleep(WARM_UP_MS);

    const presented = isTwoWay ? await page.evaluate<number>('inPage.presentedFrames()') : 0;
    await startRecording(nodeRed);
    const meter = await Meter.start(nodeRed, browser);
    await sleep(seconds * 1000);
    const load = await meter.stop();
    const recording = await takeRecording(nodeRed);
    const fpsReceived = recording.length / load.seconds;
    if (!isTwoWay) return { way, ...summary(latenciesOf(recording)), fpsReceived, load };
    const now = await page.evaluate<number>('inPage.presentedFrames()');
    const fpsSent = (now - presented) / load.seconds;
    return { way, ...summary(latenciesOf(recording)), fpsReceived, fpsSent, load };
  } finally {
    await stopTone?.();
  }
}

function summary(latencies: readonly number[]) {
  return {
    latencyP50: percentile(latencies, 50),
    latencyP95: percentile(latencies, 95),
    readings: latencies.length,
  };
}

function flowsOf(way: Way): FlowNode[] {
  const camera = cameraNode({
    width: `${SIZE.width}`,
    height: `${SIZE.height}`,
    frameRate: `${FRAME_RATE}`,
  });
  const microphone = microphoneNode({ device: MICROPHONE });
  const receiving = { video: 'frames', wires: [[], ['jpegs'], [], []] };
  const speaking = { video: 'frames', wires: [[], ['jpegs'], ['speaker'], []] };
  const flows = {
    sound: [microphone, connectionNode()],
    receive: [connectionNode(receiving), ...recorderNodes()],
    'two-way': [camera, microphone, connectionNode(speaking), speakerNode(), ...recorderNodes()],
  };
  return [TAB, ...flows[way], ...loopNodes()];
}
