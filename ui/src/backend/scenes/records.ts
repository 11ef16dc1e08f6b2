import { busy } from './busy';
import { doctors } from './doctor';
import { people } from './people';
import {
  ALL,
  colleagues,
  deployments,
  entry,
  field,
  fields,
  happened,
  HOST,
  me,
  notice,
  opened,
  person,
  profiles,
  queue,
  record,
  steps,
} from './record';
import type { CollabConnectionView } from '../record';
import { call, error, type Scene } from './scene';

const NOW = Date.now();

/** The fields with one of them changed. */
const changed = (key: string, more: Partial<(typeof fields)[number]>) =>
  fields.map((one) => (one.key === key ? { ...one, ...more } : one));

const conflict = changed('right', {
  value: '20/30',
  by: 'Bảo Trần',
  changedMs: NOW - 2000,
  drafts: [],
  conflict: { kind: 'replaced', mine: '20/25 with glasses', theirs: '20/30', with: 'Bảo Trần' },
});

const refusal: CollabConnectionView = {
  state: 'refused',
  reason: {
    code: 'collab.refused',
    message: 'The service does not accept this connection. Check the profile, or ask whoever runs it.',
    details: 'Connection rejected by server',
  },
  retryAtMs: NOW + 28_000,
};

const speaking = { participants: people(3, { speaking: [0], muted: [1] }) };

/** Names and values as nobody should write them. */
const EVIL = '<img src=x onerror="alert(1)">';
const TURNED = '\u202egnihtyna\u2066 \u202d';
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

export const records: Record<string, Scene> = {
  'collab-well': { record: record(), opened, profiles },
  'collab-alone': {
    record: record({
      steps: steps({ 3: ['u-linh'] }),
      staff: [{ ...me, sockets: 1 }],
      fields: fields.map((one) => ({ ...one, drafts: [], focus: [] })),
      queue: { entries: [], heardMs: NOW - 4000, ownPosition: null },
      notifications: [],
      activity: [happened('connected', 1), happened('joined', 1, { bySelf: true })],
    }),
    opened,
    profiles,
  },
  'collab-new': { record: record({ fields: [], queue: null, notifications: [], activity: [] }), opened, profiles },
  'collab-conflict-typing': {
    record: record({
      fields: changed('left', {
        mine: { text: '20/32', delivery: 'typing' },
        conflict: { kind: 'typing', mine: '20/32', theirs: '20/3', with: 'Bảo Trần' },
      }),
    }),
    opened,
  },
  'collab-conflict': { record: record({ fields: conflict }), opened },
  'collab-offline': {
    record: record({
      connection: {
        state: 'reconnecting',
        attempt: 3,
        sinceMs: NOW - 42_000,
        reason: { code: 'collab.lost', message: 'The connection was lost.', details: '' },
      },
      me: { id: 'u-linh', name: 'Linh Đỗ', role: 'nurse', step: '3', waiting: 2 },
      staff: [me, ...colleagues.map((one) => ({ ...one, status: 'away' as const, editing: null }))],
      fields: [
        ...changed('right', { mine: { text: '20/20', delivery: 'waiting' } }).map((one) =>
          one.key === 'colour' ? { ...one, mine: { text: 'normal (Ishihara)', delivery: 'waiting' as const } } : one,
        ),
        field('pressure', 'Pressure, left', '14', { mine: { text: '15', delivery: 'unconfirmed' } }),
        field('pressure-right', 'Pressure, right', '14', { mine: { text: '13', delivery: 'refused' } }),
      ],
      queue: { entries: queue, heardMs: NOW - 190_000, ownPosition: 3 },
    }),
    opened,
  },
  'collab-refused': {
    record: record({
      connection: refusal,
      staff: [{ ...me, status: 'unknown' }],
      steps: steps(),
      fields: [],
      queue: null,
      notifications: [],
      activity: [happened('refused', 0, { text: 'Connection rejected by server' })],
    }),
    opened,
    profiles,
    doctor: doctors.recordBroken,
  },
  'collab-unheard': {
    record: record({
      connection: { state: 'joined', transport: 'polling', unheard: true },
      staff: [{ ...me, sockets: 1 }],
      steps: steps(),
      fields: [],
      queue: null,
      notifications: [],
      activity: [happened('connected', 2), happened('joined', 2, { bySelf: true })],
    }),
    opened,
    profiles,
  },
  'collab-missed': {
    record: record({
      missed: [
        { kind: 'field', field: 'right', label: 'Right eye, uncorrected', before: '20/30', now: '20/25' },
        { kind: 'field', field: 'frame', label: 'Frame', before: null, now: 'round, blue' },
        { kind: 'joined', who: 'Bảo Trần' },
        { kind: 'left', who: 'Lê Quang Đạo' },
        { kind: 'queueMoved', before: 5, now: 3 },
      ],
      fields: changed('right', {
        conflict: { kind: 'movedOn', mine: '20/20', theirs: '20/25', with: 'Bảo Trần' },
      }),
    }),
    opened,
  },
  'collab-queue': {
    record: record({
      queue: {
        entries: [
          ...queue.slice(0, 3),
          entry('P-18', 3, { priority: 'low' }),
          entry('P-30', 7, { name: 'Hoàng Anh Thư' }),
          entry('P-31', null, { name: 'Vũ Khánh Linh', staff: ['Ann', 'Bảo Trần', 'u-77'] }),
          entry('P-17', 12, { name: 'Phạm Bảo Ngọc', isOwn: true }),
        ],
        heardMs: NOW - 400_000,
        ownPosition: 3,
      },
    }),
    opened,
  },
  'collab-insights': {
    record: record({
      record: {
        id: 'home',
        host: 'assistant.home.example',
        vocabularies: ['insights-gateway', 'insights-relay'],
        offers: { ...ALL, presence: false, steps: false, queue: false, fields: false, typing: false, focus: false },
      },
      staff: [],
      steps: [],
      queue: null,
      fields: [],
      notifications: [
        notice('i4', 'You slept 40 minutes less than usual. An early evening may help.', { kind: 'insight' }),
        notice('i3', 'Vitamin D was taken at 8:05.', { level: 'success', title: 'Medication' }),
        notice('i2', 'The balance of the household account is below 200.', { level: 'warning', read: true }),
        notice('i1', 'The backup of last night failed: no space left on the disk.', { level: 'error', title: 'backup', read: true }),
      ],
      activity: [happened('connected', 30), happened('notified', 3, { text: 'Vitamin D was taken at 8:05.' })],
    }),
    opened: { ...opened, record: 'home', profile: 'Trợ lý ở nhà' },
  },
  'collab-hostile': {
    record: record({
      record: { id: `${TURNED}P-17`, host: HOST, vocabularies: ['screening'], offers: ALL },
      staff: [
        me,
        person('x1', EVIL, { role: TURNED, stepLabel: EVIL }),
        person(LONG, LONG, { role: LONG, status: 'away', seenMs: 0 }),
        person('x3', `${TURNED}Bảo`, { editing: 'evil', sockets: 65_535 }),
        person('x4', '👩🏽‍⚕️', { status: 'idle' }),
      ],
      fields: [
        field('evil', EVIL, EVIL, { drafts: [{ staff: 'x3', name: `${TURNED}Bảo`, text: `${TURNED}${EVIL}` }], focus: ['x1', LONG] }),
        field('long', LONG, LONG.repeat(6), { by: LONG, changedMs: NOW }),
        field('turned', `Left ${TURNED} eye`, TURNED, {
          conflict: { kind: 'replaced', mine: LONG, theirs: EVIL, with: `${TURNED}${EVIL}` },
        }),
        field('arabic', 'العين اليسرى', '٢٠/٤٠'),
      ],
      queue: {
        entries: [entry(LONG, -2_147_483_648, { name: EVIL, staff: [TURNED, LONG] }), entry('P-17', 2, { isOwn: true, name: TURNED })],
        heardMs: NOW,
        ownPosition: 2,
      },
      notifications: [notice('n', `${EVIL} javascript:alert(1) https://good.example@evil.example/`, { title: LONG, level: 'error' })],
      activity: [
        happened('joined', 2, { who: EVIL }),
        happened('committed', 1, { who: `${TURNED}Bảo`, about: LONG, text: EVIL }),
      ],
    }),
    opened: { ...opened, record: `${TURNED}P-17` },
  },
  'collab-busy': { record: busy.whole, opened: { ...opened, record: 'P-busy' }, play: busy.play },
  'call-collab': { view: call(speaking), record: record({ fields: conflict }), opened },
  'call-collab-refused': {
    view: call(speaking),
    record: record({ connection: refusal }),
    opened,
    profiles,
    doctor: doctors.recordBroken,
  },
  'call-collab-form': { view: call(speaking), profiles },
  'call-collab-offer': {
    view: call(speaking),
    profiles,
    request: { origin: 'room', input: null, profile: 'Clinic', record: 'P-17' },
    record: record(),
    opened: { ...opened, binding: { room: call().shareLink, record: 'P-17', profile: 'Clinic' } },
    recordClosed: true,
  },
  'collab-form': { profiles: [], record: record(), opened, recordClosed: true },
  'collab-form-refused': {
    profiles,
    openRefusal: error('collab.profile-unknown-deployment', 'There is no such deployment.', 'deployment "clinic"'),
  },
  'collab-form-unreachable': {
    profiles,
    openRefusal: error('collab.unreachable', 'The service cannot be reached. Check the connection.', 'connection refused'),
  },
  'collab-link': {
    pending:
      'jbcall://collab?url=https%3A%2F%2Fcollab.clinic.example&record=P-17&user_name=Linh&user_role=nurse',
    record: record(),
    opened: { ...opened, profile: null },
    recordClosed: true,
  },
  'collab-profiles': { profiles },
  'collab-own-files': {
    profiles: profiles.map((one, at) => (at === 0 ? { ...one, deployment: 'clinic-2024' } : one)),
    deployments: {
      ...deployments,
      deployments: [...deployments.deployments, { name: 'ward', own: true, links: ['main', 'alerts'] }],
      mistakes: [
        {
          file: 'clinic.toml',
          line: 14,
          key: 'vocabulary.clinic.out.jion',
          code: 'collab.file-unknown-intent',
          message:
            'there is no intent "jion"; there are join, leave, heartbeat, step, typing, commit, focus, conflict',
        },
        {
          file: `${LONG}.toml`,
          line: null,
          key: '',
          code: 'collab.file-unreadable',
          message: 'it cannot be read (Permission denied)',
        },
      ],
    },
  },
};
