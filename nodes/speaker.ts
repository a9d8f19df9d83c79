import type { Node, NodeAPI, NodeDef } from 'node-red';
import { MessageError } from '../engine/model/errors/errors';
import { UnusableError } from '../engine/model/errors/UnusableError';
import type { SpeakerSettings } from '../engine/port/protocol';
import type { SpeakerProxy } from '../engine/port/SpeakerProxy';
import { TrackHandle } from '../engine/port/TrackHandle';
import { bytesOf } from './lib/bytesOf';
import { serveDevices } from './lib/deviceRoute';
import { holdEngine } from './lib/engine';
import { frameIn, type MediaMessage, pcmIn } from './lib/mediaMessages';
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
  const bytes = bytesOf(payload);
  if (payload instanceof TrackHandle) speaker.addTrack(heard(payload));
  else if (bytes && isWav(bytes)) await speaker.playWav(bytes);
  else await play(speaker, message, volume !== undefined);
}

/** @param isDone the message has said something else @throws MediaError */
async function play(speaker: SpeakerProxy, message: Incoming, isDone: boolean): Promise<void> {
  const pcm = pcmIn(message);
  if (pcm) await speaker.play(streamOf(message), pcm);
  else if (frameIn(message)) throw new UnusableError('it is a picture: wire it to a display');
  else if (!isDone) throw new UnusableError('it holds no track, no WAV file and no PCM samples');
}

/** A track that can be heard. @throws UnusableError */
function heard(track: TrackHandle): TrackHandle {
  if (track.kind === 'audio') return track;
  throw new UnusableError('it is a track of video: wire it to a display');
}

async function command(speaker: SpeakerProxy, name: unknown): Promise<void> {
  if (name === 'mute') await speaker.setMuted(true);
  else if (name === 'unmute') await speaker.setMuted(false);
  else if (name === 'stop') await speaker.stop();
  else throw new MessageError(`there is no command ${String(name)}`);
}

/** WAV, and its kinds for more than 4 GB. */
function isWav(file: Buffer): boolean {
  const [kind, form] = [file.toString('latin1', 0, 4), file.toString('latin1', 8, 12)];
  return ['RIFF', 'RF64', 'BW64'].includes(kind) && form === 'WAVE';
}
