import type { Rung } from '../backend/doctor';

export type Stretch = 'way' | 'server' | 'room' | 'sound' | 'machine';

/** The ladder in stretches that a person can take in, in its own order. */
export const LADDER: { stretch: Stretch; rungs: Rung[] }[] = [
  { stretch: 'way', rungs: ['link', 'address', 'tls'] },
  { stretch: 'server', rungs: ['site', 'services', 'polling', 'websocket', 'namespace', 'cors'] },
  { stretch: 'room', rungs: ['room', 'capacity'] },
  { stretch: 'sound', rungs: ['ice', 'turn', 'dtls', 'media', 'pipeline'] },
  { stretch: 'machine', rungs: ['machine'] },
];

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
