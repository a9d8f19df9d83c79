interface Viewer {
  readonly address: string;
  leave(): void;
}

/**
 * Places for viewers. When all are taken, one who holds fewer gets a place of the address that holds
 * most, so that nobody can keep the others out.
 */
export class ViewerPlaces {
  readonly #most: number;
  /** In the order of their coming. */
  readonly #viewers = new Set<Viewer>();

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Asks for a place. @param leave ends the viewer who has it, when it goes to another
   * @returns gives the place back, undefined if there is none
   */
  take(address: string, leave: () => void): (() => void) | undefined {
    if (this.#viewers.size >= this.#most) {
      const loser = this.#greediest();
      // One more, and the loser one less: only while that makes it fairer.
      if (!loser || this.#held(loser.address) <= this.#held(address) + 1) return undefined;
      this.#viewers.delete(loser);
      loser.leave();
    }
    const viewer = { address, leave };
    this.#viewers.add(viewer);
    return () => void this.#viewers.delete(viewer);
  }

  /** The oldest viewer of the address with most of them. */
  #greediest(): Viewer | undefined {
    const held = [...this.#viewers].map(viewer => ({ viewer, held: this.#held(viewer.address) }));
    return held.sort((a, b) => b.held - a.held)[0]?.viewer;
  }

  #held(address: string): number {
    return [...this.#viewers].filter(viewer => viewer.address === address).length;
  }
}
