import { Link, type LinkEnd, type LinkOptions } from './Link';

export interface LinksListener {
  /** The link of the moment is connected (again, after a short disturbance). */
  connected(): void;
  /** The server began to send video or sound on the link that is shown, or stopped. */
  mediaChanged(): void;
  /** A link that was asked for by `renew()` carries messages and shows its media now. */
  renewed(): void;
  /** The link of the moment ended by itself. */
  ended(end: LinkEnd): void;
  /** The link that `renew()` asked for did not come about; the one before goes on. */
  notRenewed(): void;
}

/**
 * The link of a session: one, or for moments two while a new one takes the place of one that
 * stands, so that the picture goes on. Messages go over to the new link as soon as it is connected,
 * the picture when its first one is there.
 */
export class Links {
  readonly #options: Omit<LinkOptions, 'standby'>;
  readonly #listener: LinksListener;
  /** Carries the messages. */
  #current: Link | undefined;
  /** Is being made to take the place of the current one. */
  #successor: Link | undefined;
  /** Shows its picture until that of the current one is there. */
  #predecessor: Link | undefined;
  /** The offer that the server is about to answer leaves a wish out. */
  #outdated = false;

  constructor(options: Omit<LinkOptions, 'standby'>, listener: LinksListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** The link that carries the messages, if there is one. */
  get current(): Link | undefined {
    return this.#current;
  }

  /** The link whose media are shown. */
  get shown(): Link | undefined {
    return this.#predecessor ?? this.#current;
  }

  /** Makes a link, in place of whatever was there. */
  connect(): void {
    this.close();
    this.#current = this.#open(false);
  }

  /** Makes a link with a fresh offer beside the one that stands, which it then replaces. */
  renew(): void {
    const newest = this.#successor ?? this.#current;
    // Given up now, the peer that the server has made would hold a place until its time is out.
    if (newest?.phase === 'asked') this.#outdated = true;
    else if (newest?.phase === 'offering' && newest === this.#current) this.connect();
    else if (newest) {
      this.#successor?.close();
      this.#successor = this.#open(true);
    }
  }

  /** Closes all. Idempotent; `connect()` may follow. */
  close(): void {
    for (const link of [this.#successor, this.#current, this.#predecessor]) link?.close();
    this.#successor = undefined;
    this.#current = undefined;
    this.#predecessor = undefined;
    this.#outdated = false;
  }

  #open(standby: boolean): Link {
    const link: Link = new Link(
      { ...this.#options, standby },
      {
        connected: () => {
          if (link === this.#successor) this.#succeed(link);
          else if (link === this.#current) this.#listener.connected();
          if (link === this.#current && this.#outdated) {
            this.#outdated = false;
            this.renew();
          }
        },
        mediaChanged: () => {
          if (link === this.shown) this.#listener.mediaChanged();
        },
        ended: end => {
          if (link === this.#current) this.#lose(end);
          else if (link === this.#successor) this.#fail();
        },
      },
    );
    return link;
  }

  #lose(end: LinkEnd): void {
    const successor = this.#successor;
    // Where the server has one place, our own newcomer takes it from us.
    if (end.cause === 'replaced' && successor?.phase === 'asked') this.#promote(successor);
    else this.#listener.ended(end);
  }

  /** Puts a link that is still being made in the place of the one that is gone. */
  #promote(link: Link): void {
    this.#successor = undefined;
    this.#predecessor?.close();
    this.#predecessor = undefined;
    this.#current = link;
    link.connection.carryMessages();
    link.connection.show();
    this.#listener.renewed();
  }

  #fail(): void {
    this.#successor = undefined;
    this.#listener.notRenewed();
  }

  async #succeed(link: Link): Promise<void> {
    this.#successor = undefined;
    // What is shown may still be what came before the current link.
    if (this.#predecessor) this.#current?.close();
    else this.#predecessor = this.#current;
    this.#current = link;
    link.connection.carryMessages();
    // A loudspeaker must not get the same voice twice.
    this.#predecessor?.connection.stopSending();
    // Statistics end with the connection, of which its listener tells.
    await link.firstPicture().catch(() => {});
    if (link !== this.#current) return;
    link.connection.show();
    this.#predecessor?.close();
    this.#predecessor = undefined;
    this.#listener.renewed();
  }
}
