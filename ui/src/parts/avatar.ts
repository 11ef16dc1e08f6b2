/** In degrees. Without greens and reds: they say that a microphone is live or muted. */
const HUES = [40, 60, 80, 195, 215, 235, 255, 275, 295, 315, 335];

/** A hue for a name, always the same one. */
export function hueOf(name: string): number {
  // FNV-1a: neighbouring names get distant hues.
  let hash = 0x811c9dc5;
  for (const character of name.normalize('NFC')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return HUES[(hash >>> 8) % HUES.length] ?? 0;
}

/** First letters of the first and the last word; what users see as letters stays whole. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0];
  if (first === undefined) return '?';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (firstLetter(first) + (last === undefined ? '' : firstLetter(last))).toLocaleUpperCase();
}

function firstLetter(word: string): string {
  const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  for (const { segment } of letters) {
    if (/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(segment)) return segment;
  }
  return '';
}
