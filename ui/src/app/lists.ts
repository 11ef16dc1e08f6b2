import type { ActivityView } from '../backend/record';

/** The program keeps as many. */
const MOST_ACTIVITY = 500;

/** To look one up. */
export function byKey<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, T> {
  return new Map(list.map((one) => [keyOf(one), one]));
}

/** The new list, with those of the old one that are the same: they are not drawn again. */
export function kept<T extends object>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): T[] {
  const old = byKey(before, keyOf);
  const seen = new Set<string>();
  return after.flatMap((one) => {
    // A key that comes twice would stop the page from drawing.
    const key = keyOf(one);
    if (seen.has(key)) return [];
    seen.add(key);
    const same = old.get(key);
    return [same !== undefined && isSame(same, one) ? same : one];
  });
}

function isSame(a: object, b: object): boolean {
  return Object.entries(a).every(([key, value]) => {
    const other: unknown = Reflect.get(b, key);
    if (!Array.isArray(value) || !Array.isArray(other)) return value === other;
    return value.length === other.length && value.every((one, at) => one === other[at]);
  });
}

/** Entries by their number; one that comes again has changed. */
export function merged(before: readonly ActivityView[], changed: readonly ActivityView[]): ActivityView[] {
  const from = Math.min(...changed.map(({ seq }) => seq));
  let end = before.length;
  while (end > 0 && (before[end - 1]?.seq ?? 0) >= from) end -= 1;
  const tail = new Map([...before.slice(end), ...changed].map((entry) => [entry.seq, entry]));
  const sorted = [...tail.values()].sort((a, b) => a.seq - b.seq);
  return [...before.slice(0, end), ...sorted].slice(-MOST_ACTIVITY);
}
