import { doctors } from './doctor';
import { people, message, NOW_MS } from './people';
import { records } from './records';
import { call, error, type Scene } from './scene';
import { stats } from './stats';

const LINK = 'https://jbcalling.site/room/bao-123';
const me = call().me;
const muted = { state: 'muted', device: 'Built-in Microphone' } as const;

const unreachable = error(
  'gateway.unreachable',
  'The gateway does not answer. Check the connection and try again.',
  'connect to webrtc.jbcalling.site:443: connection refused (os error 111)\nattempt 3 of 3, 9.8 s',
);

const talk = [
  message('Bảo Trần', 'Chào mọi người!', 1),
  message('Bảo Trần', 'The agenda: https://docs.example/agenda?day=2026-11-20 (two pages).', 1),
  message('Linh Đỗ', 'Thanks, reading it now', 2, { mine: true }),
  message('Nguyễn Thị Minh Khai', '<b>not bold</b> & <script>nothing</script>', 9),
  message(
    'Nguyễn Thị Minh Khai',
    'And a very long word: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    9,
  ),
  message('Linh Đỗ', 'Could we start with the second point?', 12, { mine: true }),
  message('Linh Đỗ', 'I have to leave a little earlier.', 12, { mine: true, delivery: 'pending' }),
];

const levels = {
  me: -127,
  participants: { 'participant-0': -14, 'participant-2': -22, 'participant-6': -18 },
};

/** Every situation that the screens test renders, by name. */
export const scenes: Record<string, Scene> = {
  ...records,
  home: {},
  'home-first': { settings: { name: '', recents: [] } },
  prejoin: { pending: LINK, people: 2, meter: { level: -18 } },
  'prejoin-first': {
    pending: LINK,
    settings: { name: '' },
    prepare: 'never',
    meter: { level: -52 },
  },
  'prejoin-muted': { pending: LINK, people: 1, settings: { startMuted: true } },
  'prejoin-no-microphone': {
    pending: LINK,
    people: 0,
    devices: { inputs: [], outputs: [{ id: 'hp', name: 'Headphones', isDefault: true }], error: null },
  },
  'prejoin-busy-microphone': {
    pending: LINK,
    people: 2,
    meter: {
      error: error('audio.busy', 'The microphone is used by another program.', 'ALSA: EBUSY'),
    },
  },
  'prejoin-failed': { pending: LINK, prepare: unreachable, meter: { level: -40 } },
  'prejoin-refused': {
    pending: LINK,
    meter: { level: -30 },
    join: error('gateway.refused', 'The gateway refused "join-room". Try again.', 'join-room: Other'),
  },
  'call-connecting': {
    view: call({
      connection: { state: 'connecting' },
      me: { ...me, microphone: { state: 'live', device: 'Built-in Microphone', delivered: false } },
      path: null,
    }),
  },
  'call-joining': { view: call({ connection: { state: 'joining' }, path: null }) },
  'call-media': {
    view: call({
      connection: { state: 'connectingMedia' },
      participants: people(3, { connecting: [0, 1, 2] }),
      me: { ...me, microphone: { state: 'live', device: 'Built-in Microphone', delivered: false } },
      path: null,
    }),
  },
  'call-empty': { view: call() },
  'call-2': { view: call({ participants: people(1, { speaking: [0] }) }), levels },
  'call-3': {
    view: call({ participants: people(2, { speaking: [0], connecting: [1] }), unreadChat: 3 }),
    levels,
  },
  'call-muted': {
    view: call({
      participants: people(3, { speaking: [2], muted: [1] }),
      me: { ...me, microphone: muted },
    }),
    levels,
  },
  'call-no-microphone': {
    view: call({
      participants: people(2, { silent: [1] }),
      me: {
        ...me,
        microphone: {
          state: 'unavailable',
          error: error('audio.no-device', 'There is no microphone.'),
        },
      },
      notices: [
        {
          id: 1,
          level: 'warning',
          code: 'microphone.unavailable',
          params: { code: 'audio.no-device', message: 'There is no microphone.' },
        },
      ],
    }),
  },
  'call-speaking': {
    view: call({ participants: people(4, { muted: [0, 3] }), me: { ...me, speaking: true } }),
    levels: { me: -12, participants: {} },
  },
  'call-6': {
    view: call({ participants: people(5, { speaking: [2], muted: [0], silent: [4] }) }),
    levels,
  },
  'call-9': { view: call({ participants: people(8, { speaking: [0, 6], muted: [1, 5] }) }), levels },
  'call-16': {
    view: call({
      participants: people(15, { speaking: [2, 6], muted: [1, 5, 9], connecting: [12], silent: [7] }),
      unreadChat: 128,
      path: { protocol: 'tcp', route: 'direct', ipVersion: 6 },
    }),
    levels,
  },
  'call-notices': {
    view: call({
      participants: people(3, { speaking: [0] }),
      path: { protocol: 'udp', route: 'relay', ipVersion: 4 },
      notices: [
        { id: 1, level: 'info', code: 'participant.joined', params: { name: 'Bảo Trần' } },
        { id: 2, level: 'success', code: 'back.after', params: { seconds: '4' } },
        {
          id: 3,
          level: 'error',
          code: 'microphone.unavailable',
          params: { code: 'audio.lost', message: 'The microphone was lost.' },
        },
      ],
    }),
    levels,
  },
  'call-reconnecting': {
    view: call({
      participants: people(3, { muted: [1] }),
      connection: {
        state: 'reconnecting',
        cause: 'signaling',
        attempt: 3,
        retryInMs: 4200,
        lostForMs: 12_400,
      },
    }),
  },
  'call-chat': { view: call({ participants: people(2, { speaking: [0] }), chat: talk }), levels },
  'call-chat-failed': {
    view: call({
      participants: people(2),
      chat: [
        ...talk.slice(0, 3),
        message('Linh Đỗ', 'Is anybody reading this?', 14, { mine: true, delivery: 'failed' }),
      ],
    }),
  },
  'call-leaving': { view: call({ participants: people(1), connection: { state: 'leaving' } }) },
  'call-stats': { view: call({ participants: people(3, { speaking: [0] }) }), levels, stats },
  'ended-left': { view: call(), ended: { kind: 'left' } },
  'ended-failed': { ended: { kind: 'failed', error: unreachable } },
  'doctor-running': { doctor: doctors.running },
  'doctor-ok': { doctor: doctors.ok },
  'doctor-warning': { doctor: doctors.warning },
  'doctor-server-broken': {
    pending: LINK,
    prepare: unreachable,
    doctor: doctors.serverBroken,
  },
  'doctor-machine-broken': { doctor: doctors.machineBroken },
  'doctor-refused': {
    doctorRefusal: error('settings.server-override', 'The server address cannot be read.'),
  },
  'report-refused': {
    report: error('report.not-saved', 'The file could not be saved.', 'No space left on device'),
  },
  'ended-unknown': {
    ended: {
      kind: 'failed',
      error: error('something.new', 'The gateway closed the room. Ask for a new link.', 'code 4711'),
    },
  },
};

export const recents = [
  { link: LINK, room: 'bao-123', site: 'jbcalling.site', lastJoinedMs: Date.now() - 7_400_000 },
  {
    link: 'https://calls.example.org/room/weekly-planning',
    room: 'weekly-planning',
    site: 'calls.example.org',
    lastJoinedMs: Date.now() - 3 * 86_400_000,
  },
  {
    link: 'http://127.0.0.1:3000/room/room_1763640000000_k3j9x2m1q',
    room: 'room_1763640000000_k3j9x2m1q',
    site: '127.0.0.1:3000',
    lastJoinedMs: Date.now() - 12 * 86_400_000,
  },
];

export { NOW_MS };
export type { Scene };
