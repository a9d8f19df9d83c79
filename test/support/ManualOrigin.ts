import type { AccessUnit } from '../../engine/model/AccessUnit';
import type { Origin, OriginListener, OriginRun } from '../../engine/model/Origin';

/** One run of a `ManualOrigin`. */
export interface ManualRun extends OriginListener {
  /** `close()` was called. */
  readonly closed: boolean;
  /** Keyframes that were asked for. */
  readonly keyframeRequests: number;
  /** What `catchUp()` answers. */
  caughtUp: readonly AccessUnit[];
}

/** An origin whose runs a test drives by hand. */
export class ManualOrigin implements Origin {
  readonly label = 'manual';
  /** All runs so far, in their order. */
  readonly runs: ManualRun[] = [];
  /** What `requestKeyframe()` of its runs answers. */
  makesKeyframes = true;
  /** Called within `open`, before it returns. */
  onOpen: (run: ManualRun) => void = () => {};
  /** What `close()` of a run waits for. */
  closing: Promise<void> = Promise.resolve();

  /** The newest run. @throws Error if there is none */
  get run(): ManualRun {
    const run = this.runs.at(-1);
    if (!run) throw new Error('the origin was never opened');
    return run;
  }

  open(listener: OriginListener): OriginRun {
    const state = { closed: false, keyframeRequests: 0, caughtUp: [] as readonly AccessUnit[] };
    const run: ManualRun = Object.assign(state, {
      unit: (unit: AccessUnit) => listener.unit(unit),
      failed: (error: Parameters<OriginListener['failed']>[0]) => listener.failed(error),
      ended: () => listener.ended(),
    });
    this.runs.push(run);
    this.onOpen(run);
    return {
      close: async () => {
        state.closed = true;
        await this.closing;
      },
      requestKeyframe: () => {
        state.keyframeRequests += 1;
        return this.makesKeyframes;
      },
      catchUp: () => state.caughtUp,
    };
  }
}
