export type Piece = { kind: 'text'; text: string } | { kind: 'link'; url: string; host: string };

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,;:!?…)\]}»”’]+$/u;

/**
 * Splits text into plain pieces and web links. A link's text is its real target in the form that
 * a browser would open (a look-alike host shows as `xn--…`); only http and https count, and an
 * address with a user name in it does not, because it is made to mislead.
 */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = trimmed(match[0]);
    const url = URL.canParse(candidate) ? new URL(candidate) : null;
    if (url === null || url.username !== '' || url.password !== '') continue;
    if (match.index > end) found.push({ kind: 'text', text: text.slice(end, match.index) });
    found.push({ kind: 'link', url: url.href, host: url.host });
    end = match.index + candidate.length;
  }
  if (end < text.length) found.push({ kind: 'text', text: text.slice(end) });
  return found;
}

function trimmed(candidate: string): string {
  const without = candidate.replace(TRAILING, '');
  // "(see https://x.example/a_(b))": a bracket that was opened inside belongs to the address.
  const next = candidate[without.length];
  return next === ')' && without.includes('(') ? `${without})` : without;
}
