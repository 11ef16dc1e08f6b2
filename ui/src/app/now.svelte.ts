import { createSubscriber } from 'svelte/reactivity';

/** Ages are told in minutes, waits in seconds. */
const STEP_MS = 1000;

let ms = Date.now();

const subscribe = createSubscriber((update) => {
  const timer = setInterval(() => {
    ms = Date.now();
    update();
  }, STEP_MS);
  return () => {
    clearInterval(timer);
  };
});

/**
 * The time, milliseconds since 1970, for what is shown: it goes on while something reads it.
 * Nothing is decided by it.
 */
export function now(): number {
  subscribe();
  ms = Math.max(ms, Date.now());
  return ms;
}
