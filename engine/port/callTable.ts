import type { Engine } from '../engine';
import { asBuffer, asMessage } from '../model/memory';
import type { Calls, PcmNote } from './protocol';

type Reply<Name extends keyof Calls> = Calls[Name]['reply'] extends undefined
  ? // Nobody looks at the reply to what is only to be done.
    unknown
  : Calls[Name]['reply'];

/** How one call is carried out. */
export interface CallEntry<Name extends keyof Calls> {
  carryOut(ask: Calls[Name]['ask']): Reply<Name> | Promise<Reply<Name>>;
  /** It opens, changes or closes: later calls for the same id wait for its end. */
  readonly isChange: boolean;
}

/** Every call of the protocol, and what the engine does for it. */
export type CallTable = { readonly [Name in keyof Calls]: CallEntry<Name> };

/** The table of an engine: a call that is missing here does not compile. */
export function callTable(engine: Engine): CallTable {
  const { speakers, displays } = engine;
  return {
    openCamera: change(({ id, settings }) => engine.openCamera(id, settings)),
    openMicrophone: change(({ id, settings }) => engine.openMicrophone(id, settings)),
    changePicamera: change(({ id, options }) => engine.changePicamera(id, options)),
    closeCapture: change(({ id }) => engine.closeCapture(id)),
    snapshot: call(({ id, settings }) => engine.snapshot(id, settings)),
    controls: call(({ id }) => engine.controls(id)),
    setControls: call(({ id, wanted }) => engine.setControls(id, wanted)),
    listCameras: call(() => engine.listCameras()),
    listPicameras: call(() => engine.listPicameras()),
    listMicrophones: call(({ backend }) => engine.listMicrophones(backend)),
    listSpeakers: call(({ backend }) => engine.listSpeakers(backend)),

    openConnection: change(({ id, settings }) => engine.openConnection(id, settings)),
    closeConnection: change(({ id }) => engine.closeConnection(id)),
    setTracks: change(({ id, tracks }) => engine.setTracks(id, tracks)),
    answer: call(({ id, sdp }) => engine.answer(id, sdp)),
    offer: call(({ id }) => engine.offer(id)),
    accept: call(({ id, peer, sdp }) => engine.accept(id, peer, sdp)),
    expect: call(({ id }) => engine.expect(id)),
    send: call(({ id, data, target }) => engine.send(id, asMessage(data), target)),
    peerStats: call(({ id, peer }) => engine.peerStats(id, peer)),
    closePeer: call(({ id, peer }) => engine.closePeer(id, peer)),
    putFrame: call(({ id, frame, target }) =>
      engine.putFrame(id, { ...frame, data: asBuffer(frame.data) }, target),
    ),
    putPcm: call(({ id, pcm, peer }) => engine.putPcm(id, pcmOf(pcm), peer)),

    openSpeaker: change(({ id, settings }) => engine.openSpeaker(id, settings)),
    closeSpeaker: change(({ id }) => speakers.close(id)),
    setSpeakerTracks: change(({ id, tracks }) => speakers.setTracks(id, tracks)),
    play: call(({ id, stream, pcm }) => speakers.play(id, stream, pcmOf(pcm))),
    playWav: call(({ id, wav }) => speakers.playWav(id, asBuffer(wav))),
    stopPlaying: call(({ id }) => speakers.stop(id)),
    setVolume: call(({ id, volume }) => speakers.setVolume(id, volume)),
    setMuted: call(({ id, muted }) => speakers.setMuted(id, muted)),

    openDisplay: change(({ id, settings }) => engine.openDisplay(id, settings)),
    closeDisplay: change(({ id }) => displays.close(id)),
    setDisplayTracks: change(({ id, tracks }) => displays.setTracks(id, tracks)),
    showFrame: call(({ id, frame, target }) =>
      displays.putFrame(id, { ...frame, data: asBuffer(frame.data) }, target),
    ),
    setWindow: call(({ id, isOpen }) => displays.setWindow(id, isOpen)),
    setPictures: call(({ id, purpose, settings }) => displays.setPictures(id, purpose, settings)),

    close: call(() => engine.close()),
  };
}

function call<Name extends keyof Calls>(carryOut: CallEntry<Name>['carryOut']): CallEntry<Name> {
  return { carryOut, isChange: false };
}

function change<Name extends keyof Calls>(carryOut: CallEntry<Name>['carryOut']): CallEntry<Name> {
  return { carryOut, isChange: true };
}

function pcmOf(pcm: PcmNote): PcmNote & { data: Buffer } {
  return { ...pcm, data: asBuffer(pcm.data) };
}
