import type { en } from './en';

export type English = typeof en;
export type Key = keyof English;

/** A complete translation: a missing or a surplus key does not compile. */
export type Catalogue = Record<Key, string>;

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The placeholders of a key, as an argument; no argument where there are none. */
export type Params<K extends Key> = [Names<English[K]>] extends [never]
  ? []
  : [params: Record<Names<English[K]>, string | number>];

/** Keys of which there is one for each number. */
export type PluralKey = {
  [K in Key]: K extends `${infer Stem}.other` ? (`${Stem}.one` extends Key ? Stem : never) : never;
}[Key];

/** Fills `{name}` in; a placeholder without a value stays visible. */
export function fill(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}
