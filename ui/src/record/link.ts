import type { ErrorView } from '../backend/bindings/ErrorView';

/** What a link to a record says, as far as its form tells; the program reads it for good. */
export interface RecordLink {
  record: string;
  /** Host (and port) of the service. */
  host: string;
  name: string | null;
  role: string | null;
}

export type Reading =
  | { state: 'nothing' }
  | { state: 'record'; link: RecordLink }
  | { state: 'wrong'; error: ErrorView };

const RECORD = ['record', 'patient_id', 'patient', 'session_id', 'session'];
const NAME = ['user_name', 'username', 'name'];
const ROLE = ['user_role', 'userrole', 'role'];
const SERVICE = ['url', 'service', 'server'];
/** A link of the web panel inside of a link of the program. */
const INNER = ['link'];

const OWN = /^jbcall:\/*collab\/*\?/iu;
/** Nothing longer is a link, in characters. */
const LONGEST = 16_384;
/** What a sentence has around a link. */
const AROUND = /^[\s<>()[\]"'“”`\ufeff]+|[\s<>()[\]"'“”`\ufeff]+$/gu;

/** Whether a link leads to a record rather than to a room. */
export function isRecordLink(text: string): boolean {
  const input = bare(text);
  if (OWN.test(input)) return true;
  if (!URL.canParse(input)) return false;
  const url = new URL(input);
  return isWeb(url) && !/\/room\//iu.test(url.pathname) && get(url, ['patient_id']) !== null;
}

/** Reads what somebody pasted. */
export function readRecordLink(text: string): Reading {
  const input = bare(text);
  if (input === '') return { state: 'nothing' };
  if (input.length > LONGEST) return wrong('too-long');
  if (!URL.canParse(input)) return wrong('malformed');
  const outer = new URL(input);
  if (!isWeb(outer) && !OWN.test(input)) return wrong('scheme');
  const url = inner(outer);
  if (url === null) return wrong('malformed');
  const record = get(url, RECORD);
  if (record === null) return wrong('no-record');
  const service = isWeb(url) ? url.href : get(url, SERVICE);
  if (service === null) return wrong('no-service');
  const host = hostOf(service);
  if (host === null) return wrong('malformed');
  return { state: 'record', link: { record, host, name: get(url, NAME), role: get(url, ROLE) } };
}

/** The same link with the name and the role that were typed beside it. */
export function withIdentity(text: string, name: string, role: string): string {
  const url = inner(new URL(bare(text)));
  if (url === null) return text;
  set(url, NAME, name.trim());
  set(url, ROLE, role.trim());
  return url.href;
}

function bare(text: string): string {
  return text.replace(AROUND, '');
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

/** The link inside of a link, with what only the outer one says; the link itself where there is none. */
function inner(outer: URL): URL | null {
  const text = isWeb(outer) ? null : get(outer, INNER);
  if (text === null) return outer;
  const link = bare(text);
  if (!URL.canParse(link)) return null;
  const url = new URL(link);
  if (!isWeb(url)) return null;
  for (const [key, value] of outer.searchParams) {
    if (!INNER.includes(key.toLowerCase()) && get(url, [key]) === null) url.searchParams.append(key, value);
  }
  return url;
}

function get(url: URL, names: readonly string[]): string | null {
  for (const name of names) {
    for (const [key, value] of url.searchParams) {
      if (key.trim().toLowerCase() === name.toLowerCase() && value.trim() !== '') return value.trim();
    }
  }
  return null;
}

function set(url: URL, names: readonly string[], value: string): void {
  for (const key of [...url.searchParams.keys()]) {
    if (names.includes(key.trim().toLowerCase())) url.searchParams.delete(key);
  }
  const [name] = names;
  if (name !== undefined && value !== '') url.searchParams.set(name, value);
}

function hostOf(service: string): string | null {
  // A service may be named without its scheme.
  const address = /^[a-z][a-z0-9+.-]*:\/\//iu.test(service) ? service : `https://${service}`;
  if (!URL.canParse(address)) return null;
  const { protocol, host } = new URL(address);
  return ['https:', 'http:', 'wss:', 'ws:'].includes(protocol) && host !== '' ? host : null;
}

function wrong(code: string): Reading {
  return { state: 'wrong', error: { code: `collab.link-${code}`, message: '', details: '' } };
}
