import type { AnimationConfig } from 'svelte/animate';
import { prefersReducedMotion } from 'svelte/motion';

const MOVE_MS = 140;

function isInSight({ top, bottom }: DOMRect): boolean {
  return bottom > 0 && top < window.innerHeight;
}

/** Lets a row slide to its new place, by a transform; rows that nobody sees are simply there. */
export function move(_row: Element, { from, to }: { from: DOMRect; to: DOMRect }): AnimationConfig {
  const seen = isInSight(from) || isInSight(to);
  const by = from.top - to.top;
  return {
    duration: seen && !prefersReducedMotion.current ? MOVE_MS : 0,
    css: (_, left) => `transform: translateY(${String(left * by)}px)`,
  };
}
