/** Measures how long the page takes from one frame to the next, for benchmarks. */
export class Frames {
  /** Longest time between two frames since the last reset, in milliseconds. */
  longestMs = 0;
  /** Frames since the last reset. */
  count = 0;
  #last: number | null = null;

  /** From now on, for as long as the page lives. */
  start(): void {
    const frame = (at: number): void => {
      if (this.#last !== null) {
        this.count += 1;
        this.longestMs = Math.max(this.longestMs, at - this.#last);
      }
      this.#last = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  reset(): void {
    this.longestMs = 0;
    this.count = 0;
    this.#last = null;
  }
}
