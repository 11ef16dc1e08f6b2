import { isRecordLink, readRecordLink } from '../record/link';
import type { ParsedLink } from './bindings/ParsedLink';
import { RUNGS, type DoctorTarget } from './doctor';
import type { CollabProfile, RecordAddress } from './record';
import { error } from './scenes/scene';

/** What the program would read out of a link to a room, as far as the scenes need it. */
export function parseLink(input: string): ParsedLink {
  const code = /^[\p{L}\p{N}_-]{1,50}$/u.exec(input)?.[0];
  if (code !== undefined) {
    return { room: code, site: 'jbcalling.site', gatewayHost: null, name: null };
  }
  const url = URL.canParse(input) ? new URL(input) : null;
  const room = /^\/room\/([^/]+)$/.exec(url?.pathname ?? '')?.[1];
  if (url === null || room === undefined) {
    throw error('link.malformed', 'This is not a room link.');
  }
  return { room, site: url.host, gatewayHost: null, name: null };
}

/** What the program would test. */
export function targetOf(
  { input, profile, record }: RecordAddress,
  profiles: CollabProfile[],
): DoctorTarget {
  if (input === null) {
    const used = profiles.find(({ name }) => name === profile);
    if (used === undefined) throw error('collab.no-profile', 'There is no such profile.');
    const site = new URL(used.url).host;
    return { kind: 'record', name: record ?? used.record, site, rungs: [...RUNGS.record] };
  }
  if (!isRecordLink(input)) {
    const { room, site } = parseLink(input);
    return { kind: 'call', name: room, site, rungs: [...RUNGS.call] };
  }
  const reading = readRecordLink(input);
  if (reading.state === 'wrong') throw reading.error;
  if (reading.state === 'nothing') throw error('link.empty', 'There is no link.');
  const { link } = reading;
  return { kind: 'record', name: link.record, site: link.host, rungs: [...RUNGS.record] };
}
