import { EventEmitter } from 'node:events';
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** What is told of a device. */
export type DevicePresenceEvents = { plugged: []; unplugged: [] };

/**
 * Whether a device file is there, told by the kernel (inotify) when that changes: nothing is asked
 * again and again. The directory of a stable name (/dev/v4l/by-id) comes and goes with the last
 * camera, so the nearest one that exists is watched.
 */
export class DevicePresence extends EventEmitter<DevicePresenceEvents> {
  readonly #path: string;
  readonly #log: (text: string) => void;
  #watcher: FSWatcher | undefined;
  /** The directory that is watched, with its inode: one that was made again is another. */
  #watched = '';
  #isPresent: boolean;
  #wasSeen: boolean;
  #closed = false;

  /** @param path a stable name or a device file */
  constructor(path: string, log: (text: string) => void = () => {}) {
    super();
    // As many as there are nodes.
    this.setMaxListeners(0);
    this.#path = path;
    this.#log = log;
    this.#isPresent = existsSync(path);
    this.#wasSeen = this.#isPresent;
    this.#follow();
  }

  /** Whether it is there at this moment; the events may come a bit later. */
  get isPresent(): boolean {
    return existsSync(this.#path);
  }

  /** Whether it was there at any time since this was made. */
  get wasSeen(): boolean {
    return this.#wasSeen;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    this.removeAllListeners();
  }

  #follow(): void {
    // Once more after each change, for what happened before the watch stood.
    for (
      let nearest = nearestDirectory(this.#path);
      nearest.key !== this.#watched;
      nearest = nearestDirectory(this.#path)
    ) {
      this.#watch(nearest.path, nearest.key);
    }
    const isPresent = this.isPresent;
    if (isPresent === this.#isPresent) return;
    this.#isPresent = isPresent;
    this.#wasSeen ||= isPresent;
    this.emit(isPresent ? 'plugged' : 'unplugged');
  }

  #watch(directory: string, key: string): void {
    this.#watcher?.close();
    this.#watched = key;
    const lost = (error: unknown) => {
      // Without a watch a camera that comes back is found by the next attempt of its track.
      this.#log(
        `${directory} cannot be watched: ${error instanceof Error ? error.message : error}`,
      );
    };
    try {
      this.#watcher = watch(directory, { persistent: false }, event => {
        // `change` is a write to some device, and /dev has many of those.
        if (event === 'rename' && !this.#closed) this.#follow();
      });
      this.#watcher.on('error', lost);
    } catch (error) {
      lost(error);
    }
  }
}

/** The nearest directory above a path that exists, and a key that changes when it is made anew. */
function nearestDirectory(path: string): { path: string; key: string } {
  let directory = dirname(path);
  for (;;) {
    const inode = inodeOf(directory);
    if (inode !== undefined) return { path: directory, key: `${inode} ${directory}` };
    const above = dirname(directory);
    if (above === directory) return { path: directory, key: directory };
    directory = above;
  }
}

/** Undefined for what does not exist, or may not be looked at. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino;
  } catch {
    // No permission on the way there: what cannot be looked at cannot be watched.
    return undefined;
  }
}
