import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import {
  ago,
  currentLanguage,
  duration,
  explain,
  noticeText,
  t,
  tn,
  useLanguage,
} from '../src/i18n/index.svelte';
import { vi } from '../src/i18n/vi';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

afterEach(() => {
  useLanguage('en');
});

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(vi).sort()).toEqual(Object.keys(en).sort());
  });

  it('have the same placeholders', () => {
    const of = (catalogue: Record<string, string>) =>
      Object.entries(catalogue)
        .map(([key, text]) => `${key} ${placeholders(text).join()}`)
        .sort();
    expect(of(vi)).toEqual(of(en));
  });

  it('leave no text empty', () => {
    expect([...Object.values(en), ...Object.values(vi)].filter((text) => text.trim() === '')).toEqual(
      [],
    );
  });

  it('have both forms of every plural', () => {
    const keys = new Set(Object.keys(en));
    for (const key of keys) {
      if (key.endsWith('.one')) expect(keys).toContain(key.replace(/\.one$/, '.other'));
    }
  });

  it('are written in composed letters', () => {
    for (const text of Object.values(vi)) expect(text).toBe(text.normalize('NFC'));
  });
});

/** All Rust sources of the program, tests left out. */
function rustSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return ['target', 'tests', 'fixtures'].includes(entry.name) ? [] : rustSources(path);
    }
    return entry.name.endsWith('.rs') ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('what the program says', () => {
  const sources = rustSources(join(import.meta.dirname, '../../src-tauri'));
  const found = (pattern: RegExp) =>
    [...new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map((m) => m[1] ?? '')))];
  const code = String.raw`"((?:link|gateway|media|ortc|socket|audio|call|app|settings|doctor|report|collab)\.[a-z_-]+)"`;

  // Guesses at a service are told in the terminal only.
  const isForTheTerminal = (code: string) => code.startsWith('collab.guess-');
  const errors = [
    ...found(new RegExp(`=> ${code}`, 'g')),
    ...found(new RegExp(String.raw`view\(\s*${code}`, 'g')),
  ].filter((code) => !isForTheTerminal(code));
  const notices = found(/notify\(\s*NoticeLevel::\w+,\s*"([^"]+)"/g);

  it('is found in its sources', () => {
    expect(errors.length).toBeGreaterThan(30);
    expect(notices.length).toBeGreaterThan(5);
  });

  it.each(['en', 'vi'] as const)('has words in %s for every error', (language) => {
    useLanguage(language);
    const untranslated = errors.filter((code) => {
      const { what, advice } = explain({ code, message: 'untranslated', details: '' });
      return what === 'untranslated' || advice === '';
    });
    expect(untranslated).toEqual([]);
  });

  it.each([en, vi])('has words for every notice', (catalogue) => {
    expect(notices.filter((code) => !(`notice.${code}` in catalogue))).toEqual([]);
  });
});

describe('texts', () => {
  it('come in the language that was chosen', () => {
    useLanguage('vi');
    expect(t('call.leave')).toBe('Rời đi');
    expect(document.documentElement.lang).toBe('vi');
    useLanguage('en');
    expect(t('call.leave')).toBe('Leave');
  });

  it('follow the first language of the system that there is', () => {
    useLanguage('system', ['de-DE', 'vi-VN', 'en']);
    expect(currentLanguage()).toBe('vi');
    useLanguage('system', ['fr']);
    expect(currentLanguage()).toBe('en');
  });

  it('fill in what they are given, and only once', () => {
    expect(t('home.link.understood', { room: '{site}', site: 'x.example' })).toBe(
      'Room {site} on x.example',
    );
  });

  it('choose their form by number', () => {
    expect(tn('prejoin.people', 1)).toBe('One person is here');
    expect(tn('prejoin.people', 3)).toBe('3 people are here');
  });

  it('fall back to the sentence of the program for an unknown error', () => {
    expect(explain({ code: 'new.thing', message: 'It rains.', details: '' })).toEqual({
      what: 'It rains.',
      advice: '',
    });
    expect(explain({ code: 'gateway.brand-new', message: 'x', details: '' }).what).toBe(
      en['error.gateway'],
    );
  });

  it('say what a notice is about in one language', () => {
    useLanguage('vi');
    const text = noticeText({
      id: 1,
      level: 'warning',
      code: 'microphone.unavailable',
      params: { code: 'audio.busy', message: 'The microphone is busy.' },
    });
    expect(text).toContain(vi['error.audio.busy']);
    expect(text).not.toContain('busy');
    expect(text).not.toMatch(/[{}]/);
  });

  it('tell of an unknown notice by its message or its code', () => {
    const notice = { id: 1, level: 'info', code: 'a.b', params: {} } as const;
    expect(noticeText({ ...notice, params: { message: 'Hello.' } })).toBe('Hello.');
    expect(noticeText(notice)).toContain('a.b');
  });

  it('never look into the prototype of the catalogue', () => {
    expect(explain({ code: 'constructor', message: 'm', details: '' }).what).toBe('m');
  });

  it('count time as people do', () => {
    const now = Date.UTC(2026, 0, 10);
    expect(ago(now - 3 * 86_400_000, now)).toBe('3 days ago');
    expect(ago(now + 5000, now)).toBe('this minute');
    expect(duration(12_400)).toBe('12 sec');
    expect(duration(125_000)).toBe('2 min 5 sec');
  });
});
