import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MessageError } from '../engine/model/errors';
import type { SpeakerSettings } from '../engine/port/protocol';
import type { SpeakerProxy } from '../engine/port/SpeakerProxy';
import { TrackHandle } from '../engine/port/TrackHandle';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { type MediaMessage, pcmIn } from './lib/mediaMessages';
import { LOOK, NodeStatus } from './lib/NodeStatus';
import { numberOf } from './lib/numberOf';
import { type PeerMessage, streamOf } from './lib/peerMessage';
import { askedBackend, backendOf, type SoundConfig } from './lib/soundConfig';
import { withVariables } from './lib/withVariables';

/** The settings of an rtc-speaker as the editor writes them. */
interface SpeakerConfig extends NodeDef, SoundConfig {
  /** In percent. */
  readonly volume: string | number;
  readonly muted: boolean;
  /** In ms. */
  readonly depth: string | number;
}

type Incoming = MediaMessage & PeerMessage & { volume?: unknown; command?: unknown };

const PERCENT = { least: 0, most: 100 };
const DEPTH_MS = { least: 20, most: 1000 };
const DEFAULT_DEPTH_MS = 60;

/** rtc-speaker: plays tracks, PCM chunks and whole WAV files on a loudspeaker of the host. */
export = (RED: NodeAPI): void => {
  function SpeakerNode(this: Node, settings: SpeakerConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
    const status = new NodeStatus(RED, this);
    const hold = holdEngine(RED);
    let speaker: SpeakerProxy | undefined;

    this.on('input', async (message: Incoming, _send, done) => {
      try {
        if (!speaker) throw new MessageError('the node is not set up: see its first error');
        await handle(speaker, message);
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

    this.on('close', async (done: () => void) => {
      await speaker?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      speaker = hold.engine.openSpeaker(speakerSettings(config));
      speaker.on('failed', error => status.fail(error));
      speaker.on('state', (state, via) => {
        if (state === 'idle') status.show(LOOK.idle, 'ready');
        else if (state === 'starting') status.show(LOOK.starting, 'starting');
        else if (via) status.show(LOOK.live, 'playing', { via });
      });
    } catch (error) {
      status.fail(error);
    }
  }

  RED.nodes.registerType('rtc-speaker', SpeakerNode);

  serveDevices(RED, {
    path: '/rtcbot/speakers',
    permission: 'rtc-speaker.read',
    list: async (engine, { backend }) => engine.listSpeakers(askedBackend(backend)),
  });
};

/** @throws SettingError that names the wrong setting */
function speakerSettings(config: SpeakerConfig): SpeakerSettings {
  return {
    device: config.device || undefined,
    backend: backendOf(config),
    volume: (numberOf('volume', config.volume, PERCENT) ?? PERCENT.most) / 100,
    muted: config.muted === true,
    depthMs: numberOf('depth', config.depth, DEPTH_MS) ?? DEFAULT_DEPTH_MS,
  };
}

/** Carries out what a message asks for. @throws MediaError */
async function handle(speaker: SpeakerProxy, message: Incoming): Promise<void> {
  const volume = numberOf('msg.volume', message.volume, PERCENT);
  if (volume !== undefined) await speaker.setVolume(volume / 100);
  if (message.command !== undefined) return command(speaker, message.command);
  const { payload } = message;
  const pcm = pcmIn(message);
  if (payload instanceof TrackHandle) speaker.addTrack(payload);
  else if (Buffer.isBuffer(payload) && isWav(payload)) await speaker.playWav(payload);
  else if (pcm) await speaker.play(streamOf(message), pcm);
  else if (volume === undefined) throw new MessageError('it holds no track and no sound');
}

async function command(speaker: SpeakerProxy, name: unknown): Promise<void> {
  if (name === 'mute') await speaker.setMuted(true);
  else if (name === 'unmute') await speaker.setMuted(false);
  else if (name === 'stop') await speaker.stop();
  else throw new MessageError(`there is no command ${String(name)}`);
}

function isWav(file: Buffer): boolean {
  return file.toString('latin1', 0, 4) === 'RIFF';
}
