// The bodies of all requests under way: each is held in memory from its first byte to the answer, and clients could fill it together.

/** Bytes of bodies, of which there is a limit for all requests together. */
export class Uploads {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes so many bytes, to be given back. @returns false when there is no room for them */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.#most) return false;
    this.#taken += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#taken -= bytes;
  }
}
