import { join } from 'node:path';
import type { NodeAPI } from 'node-red';
import { EngineProxy } from '../../engine/port/EngineProxy';

/** A node's hold on the engine that all nodes of a runtime share. */
export interface EngineHold {
  readonly engine: EngineProxy;
  /** Lets go. The engine ends when nobody holds it. Idempotent, never rejects. */
  release(): Promise<void>;
}

interface SharedEngine {
  readonly engine: EngineProxy;
  holders: number;
  timer: NodeJS.Timeout | undefined;
}

/** A redeploy lets go and takes hold again: the engine stays, warm, for so long, in ms. */
const LINGER_MS = 1000;

// Each node file gets a RED object of its own; the events object is one per runtime.
const engines = new WeakMap<object, SharedEngine>();

/** Takes hold of the runtime's engine, which is started for the first holder. */
export function holdEngine(RED: NodeAPI): EngineHold {
  const shared = engines.get(RED.events) ?? start(RED);
  shared.holders += 1;
  clearTimeout(shared.timer);
  let isHeld = true;
  return {
    engine: shared.engine,
    release: async () => {
      if (!isHeld) return;
      isHeld = false;
      shared.holders -= 1;
      if (shared.holders > 0) return;
      shared.timer = setTimeout(() => {
        engines.delete(RED.events);
        void shared.engine.close();
      }, LINGER_MS);
    },
  };
}

function start(RED: NodeAPI): SharedEngine {
  const { userDir } = RED.settings;
  const ffmpegPath: unknown = RED.settings.get('rtcbotFfmpegPath');
  const rpicamPath: unknown = RED.settings.get('rtcbotRpicamPath');
  const viewerThreads: unknown = RED.settings.get('rtcbotViewerThreads');
  const engine = new EngineProxy({
    ...(userDir ? { stateDirectory: join(userDir, '.rtcbot') } : {}),
    ...(typeof ffmpegPath === 'string' ? { ffmpegPath } : {}),
    ...(typeof rpicamPath === 'string' ? { rpicamPath } : {}),
    ...(isCount(viewerThreads) ? { viewerThreads } : {}),
  });
  engine.on('log', (level, text) => RED.log[level](`[rtcbot] ${text}`));
  const shared = { engine, holders: 0, timer: undefined };
  engines.set(RED.events, shared);
  return shared;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
