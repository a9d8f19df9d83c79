/** One coded picture as it came over RTP. */
export interface ReceivedPicture {
  /** As `AccessUnit.data`. */
  readonly data: Buffer;
  readonly key: boolean;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** How the RTP payloads of one codec make pictures. Is given whole sequences, without gaps. */
export interface Depacketizer {
  /** Whether a picture surely starts with this payload, even if what was before it is lost. */
  startsPicture(payload: Buffer): boolean;
  /** Takes the next payload of the picture. False if it is damaged or out of place. */
  push(payload: Buffer): boolean;
  /** The end of the picture: what it came to. Begins anew. */
  finish(): ReceivedPicture | 'empty' | 'damaged';
  /** Forgets the picture that was begun. */
  discard(): void;
}

/** What the assembler needs of an RTP packet. */
export interface PicturePacket {
  /** Without padding; empty in packets that are sent for padding only. */
  readonly payload: Buffer;
  /** RTP timestamp, 32 bits. */
  readonly timestamp: number;
  /** Set on the last packet of a picture; some senders forget it. */
  readonly marker: boolean;
  /** In ms since the epoch. */
  readonly arrivalMs: number;
}

/** Who gets what an assembler makes. */
export interface PictureHandlers {
  /** @param first the packet that the picture began with */
  picture(picture: ReceivedPicture, first: PicturePacket): void;
  /** Pictures are being dropped until a keyframe comes. Called again with each. */
  keyframeNeeded(): void;
}

interface Begun {
  readonly first: PicturePacket;
  bytes: number;
  /** A part of it is missing, or may be. */
  torn: boolean;
}

/** No camera's picture is larger; what is comes from somebody who wants our memory. */
const MOST_PICTURE_BYTES = 8 * 1024 * 1024;

/**
 * Puts pictures together from packets in their order. A picture of which anything is missing is
 * dropped whole, and so is all that refers to it, up to the next keyframe: never a torn picture.
 */
export class PictureAssembler {
  readonly #depacketizer: Depacketizer;
  readonly #handlers: PictureHandlers;
  #begun: Begun | undefined;
  /** Packets were lost just now: whether the next one starts a picture cannot be told by its place. */
  #afterGap = true;
  #needsKey = true;

  constructor(depacketizer: Depacketizer, handlers: PictureHandlers) {
    this.#depacketizer = depacketizer;
    this.#handlers = handlers;
  }

  push(packet: PicturePacket): void {
    if (packet.payload.length === 0) return;
    if (this.#begun && this.#begun.first.timestamp !== packet.timestamp) this.#end(this.#begun);
    this.#begun ??= this.#begin(packet);
    this.#add(packet, this.#begun);
    if (packet.marker) this.#end(this.#begun);
  }

  /** Packets are missing between the one before and the next. */
  lost(): void {
    this.#begun = undefined;
    this.#depacketizer.discard();
    this.#afterGap = true;
    this.#breakOff();
  }

  #begin(first: PicturePacket): Begun {
    const torn = this.#afterGap && !this.#depacketizer.startsPicture(first.payload);
    this.#afterGap = false;
    return { first, bytes: 0, torn };
  }

  #add({ payload }: PicturePacket, begun: Begun): void {
    begun.bytes += payload.length;
    const isTaken = this.#depacketizer.push(payload) && begun.bytes <= MOST_PICTURE_BYTES;
    if (isTaken && !begun.torn) return;
    // It was looked at nevertheless: parameter sets may come but once.
    this.#depacketizer.discard();
    begun.torn = true;
  }

  #end({ first, torn }: Begun): void {
    this.#begun = undefined;
    const picture = torn ? 'damaged' : this.#depacketizer.finish();
    if (picture === 'empty') return;
    if (picture === 'damaged') {
      this.#breakOff();
      return;
    }
    if (picture.key) this.#needsKey = false;
    if (this.#needsKey) this.#handlers.keyframeNeeded();
    else this.#handlers.picture(picture, first);
  }

  #breakOff(): void {
    this.#needsKey = true;
    this.#handlers.keyframeNeeded();
  }
}
