import type { DoctorTarget, Rung } from '../backend/doctor';

export type Stretch = 'way' | 'server' | 'service' | 'room' | 'sound' | 'machine';

/** Where a rung belongs; the server of a record is a service. */
const STRETCHES: Record<Rung, Stretch> = {
  link: 'way',
  address: 'way',
  tls: 'way',
  site: 'server',
  services: 'server',
  endpoint: 'server',
  polling: 'server',
  websocket: 'server',
  namespace: 'server',
  cors: 'server',
  vocabulary: 'server',
  room: 'room',
  capacity: 'room',
  ice: 'sound',
  turn: 'sound',
  dtls: 'sound',
  media: 'sound',
  pipeline: 'sound',
  machine: 'machine',
};

/** A ladder in stretches that a person can take in, in its own order. */
export function stretchesOf({
  kind,
  rungs,
}: Pick<DoctorTarget, 'kind' | 'rungs'>): { stretch: Stretch; rungs: Rung[] }[] {
  const stretches: { stretch: Stretch; rungs: Rung[] }[] = [];
  for (const rung of rungs) {
    const stretch =
      kind === 'record' && STRETCHES[rung] === 'server' ? 'service' : STRETCHES[rung];
    const last = stretches.at(-1);
    if (last?.stretch === stretch) last.rungs.push(rung);
    else stretches.push({ stretch, rungs: [rung] });
  }
  return stretches;
}

/** What operators call it, in every language; nothing where the name already says it. */
export const TERMS: Partial<Record<Rung, string>> = {
  address: 'DNS',
  tls: 'TCP, TLS',
  site: 'HTTP',
  services: '/health',
  polling: 'Engine.IO',
  websocket: 'Engine.IO',
  namespace: 'Socket.IO',
  cors: 'CORS',
  ice: 'ICE',
  turn: 'TURN',
  dtls: 'DTLS, SRTP',
  media: 'RTP',
};
