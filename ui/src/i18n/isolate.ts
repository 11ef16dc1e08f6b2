const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';
/** Characters that turn the direction of what follows them. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of somebody else for the middle of a sentence: it cannot turn the direction of what stands
 * around it. Where it has an element of its own, that is a `<bdi>` instead.
 */
export function isolate(text: string): string {
  return FIRST_STRONG_ISOLATE + text.replace(DIRECTIONS, '') + POP_DIRECTIONAL_ISOLATE;
}
