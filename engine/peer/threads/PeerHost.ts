import type { RTCCertificate } from 'werift';
import { noteOf, PeerGoneError } from '../../model/errors/errors';
import { asMessage, ownMessage } from '../../model/memory';
import { saySilence } from '../../process/suddenEnd';
import { PartsRoom } from '../data/split';
import { Peer } from '../Peer';
import { Payloads } from '../rtp/send/Payloads';
import { closeSockets } from '../stack/liveSockets';
import { type MirroredMedia, MirroredTracks } from './MirroredTracks';
import type { FarCalls, ToEngine, ToThread } from './protocol';

type Call = Extract<ToThread, { call: string }>;
type Answers = {
  [Name in keyof FarCalls]: (
    ask: FarCalls[Name]['ask'],
  ) => FarCalls[Name]['reply'] | Promise<FarCalls[Name]['reply']>;
};

interface Guest {
  readonly peer: Peer;
  mirrored: MirroredMedia;
}

/** In a thread for peers: the peers that live here. */
export class PeerHost {
  readonly #certificate: RTCCertificate;
  readonly #tell: (note: ToEngine, transfer?: ArrayBuffer[]) => void;
  readonly #end: () => void;
  readonly #guests = new Map<string, Guest>();
  readonly #tracks: MirroredTracks;
  readonly #payloads = new Payloads();
  /** For unfinished messages of all peers of this thread. */
  readonly #room = new PartsRoom();
  readonly #answers: Answers = {
    answer: ask => this.#answer(ask),
    send: ({ peer, data, label, settings }) =>
      this.#guest(peer).peer.send(asMessage(data), label, settings).then(nothing),
    stats: ({ peer }) => this.#guest(peer).peer.stats(),
    retire: ({ peer }) => this.#guests.get(peer)?.peer.retire().then(nothing),
    farewell: ({ peer }) => this.#guests.get(peer)?.peer.farewell().then(nothing),
    close: ({ peer, cause }) => this.#guests.get(peer)?.peer.close(cause).then(nothing),
  };

  /** @param end called when nobody needs the thread any more */
  constructor(
    certificate: RTCCertificate,
    tell: (note: ToEngine, transfer?: ArrayBuffer[]) => void,
    end: () => void,
  ) {
    this.#certificate = certificate;
    this.#tell = tell;
    this.#end = end;
    this.#tracks = new MirroredTracks(tell);
  }

  /** Takes a note of the engine. Never throws: a failed call is answered with its error. */
  take(note: ToThread): void {
    if (note === 'end') this.#end();
    else if ('call' in note) void this.#carryOut(note);
    else if ('unit' in note) {
      this.#tell({ event: 'tookUnit' });
      this.#tracks.take(note);
    } else if ('past' in note) this.#tracks.take(note);
    else if ('follow' in note) this.#follow(note.peer, note.follow);
    else if ('taken' in note) this.#guests.get(note.peer)?.peer.taken(note.taken);
    else {
      closeSockets();
      saySilence(note);
    }
  }

  /** Tells all peers that this thread is about to end, by a fault. Never rejects. */
  async farewell(): Promise<void> {
    await Promise.all([...this.#guests.values()].map(({ peer }) => peer.farewell()));
  }

  async #carryOut({ call, number, ask }: Call): Promise<void> {
    try {
      // The protocol's type says that a call and its arguments belong together.
      const answer = this.#answers[call] as (ask: Call['ask']) => unknown;
      this.#tell({ reply: number, value: await answer(ask) });
    } catch (error) {
      this.#tell({ refused: number, error: noteOf(error) });
    }
  }

  async #answer({
    peer: id,
    form,
    options,
    offer,
    tracks,
  }: FarCalls['answer']['ask']): Promise<FarCalls['answer']['reply']> {
    const peer = new Peer(
      form,
      {
        connected: () => this.#tell({ event: 'connected', peer: id }),
        // Who sends something lives in the engine's own thread.
        begun() {},
        message: (label, data) => {
          const { own, transfer } = ownMessage(data);
          this.#tell({ event: 'message', peer: id, label, data: own }, transfer);
        },
        closed: cause => {
          this.#guests.delete(id);
          this.#tell({ event: 'closed', peer: id, cause, handshake: peer.handshake });
        },
        log: text => this.#tell({ event: 'log', peer: id, text }),
      },
      {
        ...options,
        id,
        certificate: this.#certificate,
        room: this.#room,
        packetize: (unit, { isSingleNal }) => this.#payloads.of(unit, isSingleNal),
      },
    );
    const guest = { peer, mirrored: this.#tracks.of(id, tracks) };
    this.#guests.set(id, guest);
    const sdp = await peer.answer(offer, guest.mirrored.media);
    return { sdp, lines: peer.lines, takesMessages: peer.takesMessages };
  }

  #follow(id: string, numbers: Extract<ToThread, { follow: unknown }>['follow']): void {
    const guest = this.#guests.get(id);
    if (!guest) return;
    guest.mirrored = this.#tracks.of(id, numbers, guest.mirrored);
    guest.peer.follow(guest.mirrored.media);
  }

  #guest(id: string): Guest {
    const guest = this.#guests.get(id);
    if (!guest) throw new PeerGoneError(id);
    return guest;
  }
}

function nothing(): undefined {
  return undefined;
}
