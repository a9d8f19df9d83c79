import type { NodeDef } from 'node-red';
import type { DisplaySettings } from '../../engine/port/protocol';
import type { OriginConfig } from './originSettings';
import type { TokenConfig } from './tokenOf';

/** The settings of an rtc-display as the editor writes them. */
export interface DisplayConfig extends NodeDef, TokenConfig, OriginConfig {
  /** Which property of a message holds the picture. */
  readonly property: string;
  readonly window: boolean;
  readonly fullscreen: boolean;
  /** Of the session: `:0`, `wayland-0`, or the path of its socket; empty: that of Node-RED. */
  readonly screen: string;
  readonly preview: boolean;
  readonly http: boolean;
  readonly path: string;
  readonly select: 'newest' | 'grid' | 'peer';
}

/** The secrets of an rtc-display. */
export interface DisplayCredentials {
  readonly token?: string;
}

/** What the engine is asked for. */
export function displaySettings(config: DisplayConfig): DisplaySettings {
  const select = config.select === 'grid' ? 'grid' : 'newest';
  if (!config.window) return { select };
  const title = config.name || 'Node-RED';
  const fullScreen = config.fullscreen === true;
  return { select, window: { title, fullScreen, ...screenOf(config.screen) } };
}

/** `:0` is an X display, all else names a Wayland socket, with or without its directory. */
function screenOf(screen: string | undefined): {
  display?: string;
  waylandDisplay?: string;
  runtimeDirectory?: string;
} {
  const name = screen?.trim();
  if (!name) return {};
  if (name.includes(':')) return { display: name };
  const slash = name.lastIndexOf('/');
  if (slash < 0) return { waylandDisplay: name };
  return { waylandDisplay: name.slice(slash + 1), runtimeDirectory: name.slice(0, slash) };
}
