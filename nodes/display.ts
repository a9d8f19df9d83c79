import type { Node, NodeAPI } from 'node-red';
import { asError } from '../engine/model/errors/asError';
import { MessageError, SettingError } from '../engine/model/errors/errors';
import { UnusableError } from '../engine/model/errors/UnusableError';
import type { DisplayProxy } from '../engine/port/DisplayProxy';
import { TrackHandle } from '../engine/port/TrackHandle';
import { createPictures } from '../signaling/pictures';
import { DisplayStatus } from './lib/DisplayStatus';
import {
  type DisplayConfig,
  type DisplayCredentials,
  displaySettings,
} from './lib/displaySettings';
import { EditorPreview } from './lib/EditorPreview';
import { normalisePath } from './lib/endpointPath';
import { holdEngine } from './lib/engine';
import { HttpPictures } from './lib/HttpPictures';
import { frameIn, type MediaMessage, pcmIn } from './lib/mediaMessages';
import { type Mount, Mounts } from './lib/mount';
import { NodeStatus } from './lib/NodeStatus';
import { originRules } from './lib/originSettings';
import { type PeerMessage, peerOf, topicOf } from './lib/peerMessage';
import { ShownTracks } from './lib/ShownTracks';
import { tokenOf } from './lib/tokenOf';
import { withVariables } from './lib/withVariables';

type Incoming = MediaMessage & PeerMessage & { command?: unknown };

/** rtc-display: shows tracks and frames in a window, in the editor, and over HTTP. */
export = (RED: NodeAPI): void => {
  Mounts.of(RED);
  EditorPreview.serve(RED);

  function DisplayNode(this: Node<DisplayCredentials>, settings: DisplayConfig): void {
    RED.nodes.createNode(this, settings);
    const config = withVariables(RED, this, settings);
    const status = new NodeStatus(RED, this);
    const shownStatus = new DisplayStatus(status);
    const hold = holdEngine(RED);
    let display: DisplayProxy | undefined;
    let tracks: ShownTracks | undefined;
    let preview: EditorPreview | undefined;
    let mount: Mount | undefined;

    const serve = (shown: DisplayProxy) => {
      const path = normalisePath(config.path);
      if (path === '/') throw new SettingError('path', 'it must not be /');
      const token = tokenOf(config, this.credentials);
      const endpoint = createPictures({
        path,
        token,
        feed: new HttpPictures(shown),
        origins: originRules(config),
        log: line => RED.log.info(`[rtc-display:${path}] ${line}`),
      });
      return Mounts.of(RED).claim(path, endpoint, {
        mounted: () => shownStatus.refuse(undefined),
        refused: error => shownStatus.refuse(error),
      });
    };

    /** A wrong path leaves the window and the preview as they are. */
    const tryToServe = (shown: DisplayProxy) => {
      try {
        return serve(shown);
      } catch (error) {
        shownStatus.refuse(asError(error));
        return undefined;
      }
    };

    const open = () => {
      const opened = hold.engine.openDisplay(displaySettings(config));
      display = opened;
      opened.on('failed', error => status.fail(error));
      opened.on('state', state => shownStatus.follow(state));
      tracks = new ShownTracks(config.select === 'peer', ids => opened.setTracks(ids));
      if (config.preview) preview = new EditorPreview(RED, this.id, opened);
      if (config.http) mount = tryToServe(opened);
    };

    this.on('input', async (message: Incoming, _send, done) => {
      try {
        if (!display || !tracks)
          throw new MessageError('the node is not set up: see its first error');
        const peer = peerOf(message);
        const shown: unknown = RED.util.getMessageProperty(message, config.property || 'payload');
        const frame = frameIn(message, shown);
        if (message.command === 'open') await display.setWindow(true);
        else if (message.command === 'close') await display.setWindow(false);
        else if (shown instanceof TrackHandle) tracks.add(pictured(shown), peer);
        else if (frame && tracks.shows(peer)) {
          await display.showFrame(frame, { peer, topic: topicOf(message) });
        } else if (!frame && pcmIn({ ...message, payload: shown })) {
          throw new UnusableError('it is sound: a display shows pictures');
        } else if (!frame) choose(tracks, peer);
        done();
      } catch (error) {
        status.refuse(error, done);
      }
    });

    this.on('close', async (done: () => void) => {
      mount?.close();
      preview?.close();
      tracks?.close();
      await display?.close();
      await hold.release();
      status.clear();
      done();
    });

    try {
      open();
    } catch (error) {
      status.fail(error);
    }
  }

  RED.nodes.registerType<Node<DisplayCredentials>, DisplayConfig, object, DisplayCredentials>(
    'rtc-display',
    DisplayNode,
    { credentials: { token: { type: 'password' } } },
  );
};

/** A track that can be shown. @throws UnusableError */
function pictured(track: TrackHandle): TrackHandle {
  if (track.kind === 'video') return track;
  throw new UnusableError('it is a track of sound: wire it to a speaker');
}

/** A message with a peer and nothing to show chooses whom to show. @throws UnusableError */
function choose(tracks: ShownTracks, peer: string | undefined): void {
  if (!peer || !tracks.isByPeer) throw new UnusableError('it holds no track and no picture');
  tracks.choose(peer);
}
