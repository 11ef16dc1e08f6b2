/** How far outside of what is seen rows are drawn already, in pixels. */
const AHEAD_PX = 600;

/** Tells parts of a long list whether they are near what is seen of it. */
export class Sight {
  /** Height of a whole chunk, as it was measured last, in pixels. */
  chunkHeight: number;
  #observer: IntersectionObserver | null = null;
  #watched = new Map<Element, (near: boolean) => void>();

  constructor(scroller: Element, chunkHeight: number) {
    this.chunkHeight = chunkHeight;
    if (!('IntersectionObserver' in window)) return;
    this.#observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          this.#watched.get(target)?.(isIntersecting);
        }
      },
      { root: scroller, rootMargin: `${String(AHEAD_PX)}px 0px` },
    );
  }

  /** Until the returned function is called. */
  watch(element: Element, tell: (near: boolean) => void): () => void {
    if (this.#observer === null) {
      tell(true);
      return () => undefined;
    }
    this.#watched.set(element, tell);
    this.#observer.observe(element);
    return () => {
      this.#watched.delete(element);
      this.#observer?.unobserve(element);
    };
  }

  stop(): void {
    this.#observer?.disconnect();
    this.#watched.clear();
  }
}
