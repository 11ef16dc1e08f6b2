import type { ErrorView } from '../backend/bindings/ErrorView';
import type { NoticeView } from '../backend/bindings/NoticeView';
import type { Language as LanguageChoice } from '../backend/bindings/Language';
import type { DeploymentChoice } from '../backend/record';
import type { StatsEvent } from '../backend/stats';
import { fill, type Catalogue, type Key, type Params, type PluralKey } from './catalogue';
import { en } from './en';
import { vi } from './vi';

export type Language = 'en' | 'vi';

const catalogues: Record<Language, Catalogue> = { en, vi };
let language = $state<Language>('en');

/** The language in use. */
export function currentLanguage(): Language {
  return language;
}

/** Applies a choice; "system" is the first of the system's languages that there is. */
export function useLanguage(choice: LanguageChoice, system = navigator.languages): void {
  language = choice === 'system' ? spokenBy(system) : choice;
  document.documentElement.lang = language;
}

function spokenBy(system: readonly string[]): Language {
  for (const tag of system) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'vi' || primary === 'en') return primary;
  }
  return 'en';
}

/** The text of a key in the language in use. */
export function t<K extends Key>(key: K, ...params: Params<K>): string {
  return fill(catalogues[language][key], params[0] ?? {});
}

/** The text of a key for a number, which fills `{count}` in. */
export function tn(key: PluralKey, count: number): string {
  return fill(catalogues[language][`${key}.${count === 1 ? 'one' : 'other'}`], { count });
}

function lookUp(key: string, params: Record<string, string> = {}): string | undefined {
  const catalogue: Partial<Record<string, string>> = catalogues[language];
  const text = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
  return text === undefined ? undefined : fill(text, params);
}

/** What happened, and what to do now. */
export function explain(error: ErrorView): { what: string; advice: string } {
  // A code that nobody should meet has the words of its family.
  for (const code of [error.code, error.code.split('.')[0]]) {
    const what = lookUp(`error.${code ?? ''}`);
    if (what !== undefined) {
      return { what, advice: lookUp(`error.${code ?? ''}.do`) ?? t('error.do.generic') };
    }
  }
  // The program's own sentence says both.
  return { what: error.message || error.code, advice: '' };
}

/** The sentence of a notice. */
export function noticeText(notice: NoticeView): string {
  let params: Record<string, string> = {};
  for (const [name, value] of Object.entries(notice.params)) {
    if (value !== undefined) params[name] = value;
  }
  if (params['code'] !== undefined) {
    const { code, message = '' } = params;
    const { what, advice } = explain({ code, message, details: '' });
    params = { ...params, what, advice };
  }
  return (
    lookUp(`notice.${notice.code}`, params)?.trim() ??
    params['message'] ??
    t('notice.unknown', { code: notice.code })
  );
}

/** What happened, in a sentence. */
export function eventText({ code, values }: Pick<StatsEvent, 'code' | 'values'>): string {
  return lookUp(`event.${code}`, values) ?? t('event.unknown', { code });
}

/** What a deployment is called: those of the program have words. */
export function deploymentText({ name, own }: Pick<DeploymentChoice, 'name' | 'own'>): string {
  return (own ? undefined : lookUp(`deployment.${name}`)) ?? name;
}

/** "14:05", as people here write it. */
export function clock(atMs: number): string {
  return time({ hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/** "14:05:09". */
export function clockSeconds(atMs: number): string {
  return time({ hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(atMs);
}

function time(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // The system's region knows whether a day has two times twelve hours.
  const regional = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language));
  return new Intl.DateTimeFormat(regional ?? language, options);
}

/** "3.1", with so many digits behind the point as are worth it. */
export function decimal(value: number, digits = 0): string {
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** "42 ms" or "3.1 s": how long something took. */
export function took(ms: number): string {
  return ms < 1000 ? `${decimal(ms)} ms` : `${decimal(ms / 1000, 1)} s`;
}

/** "3 days ago". */
export function ago(atMs: number, nowMs: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = Math.min(0, Math.round((atMs - nowMs) / 1000));
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_557_600],
    ['month', 2_629_800],
    ['week', 604_800],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  for (const [unit, size] of steps) {
    if (-seconds >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'minute');
}

/** "12 s" or "2 min 5 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const unit = (value: number, name: 'second' | 'minute') =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  if (seconds < 60) return unit(seconds, 'second');
  const rest = seconds % 60;
  const minutes = unit(Math.floor(seconds / 60), 'minute');
  return rest === 0 ? minutes : `${minutes} ${unit(rest, 'second')}`;
}
