import { EventEmitter } from 'node:events';
import type { DisplayProxy, DisplayProxyEvents } from '../../engine/port/DisplayProxy';
import type { FrameSettings, PicturePurpose } from '../../engine/port/protocol';

/** The part of a `DisplayProxy` that hands pictures out, driven by hand. */
export class ManualDisplay extends EventEmitter<DisplayProxyEvents> {
  /** What is asked for now. */
  readonly wanted = new Map<PicturePurpose, FrameSettings>();
  /** How often something was asked for, or no more. */
  changes = 0;

  setPictures(purpose: PicturePurpose, settings: FrameSettings | undefined): void {
    this.changes += 1;
    if (settings) this.wanted.set(purpose, settings);
    else this.wanted.delete(purpose);
  }

  /** Hands a picture out. */
  put(purpose: PicturePurpose, text: string): void {
    const picture = { format: 'jpeg', width: 4, height: 3, timestampMs: 0, sequence: 0 } as const;
    this.emit('picture', purpose, { ...picture, data: Buffer.from(text) });
  }

  /** As those take it who need no more of a display. */
  get proxy(): DisplayProxy {
    return this as unknown as DisplayProxy;
  }
}
