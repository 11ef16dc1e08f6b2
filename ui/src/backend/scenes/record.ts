import type {
  ActivityView,
  CollabProfile,
  CollabUpdate,
  DeploymentList,
  FieldView,
  NotificationView,
  OffersView,
  OpenedRecord,
  QueueEntryView,
  StaffView,
  StepView,
} from '../record';
import { blank, EMPTY } from '../scripted-record';

const NOW = Date.now();
const MINUTE = 60_000;

export const HOST = 'collab.clinic.example';

export const ALL: OffersView = {
  presence: true,
  steps: true,
  queue: true,
  fields: true,
  typing: true,
  focus: true,
  notifications: true,
};

const STEPS = [
  'Appointment Schedule',
  'Parent Consent',
  'Student Registration',
  'VA Screening',
  'Doctor Diagnosis',
  'Glasses Selection',
  'Inventory Check',
  'School Delivery',
];

/** "3": steps are numbered from 0. */
export const stepKey = (at: number) => String(at);

export const steps = (people: Record<number, string[]> = {}): StepView[] =>
  STEPS.map((label, at) => ({
    key: stepKey(at),
    label,
    state: at < 3 ? 'completed' : at === 3 ? 'in_progress' : at === 6 ? 'blocked' : 'waiting',
    staff: people[at] ?? [],
  }));

export function person(id: string, name: string | null, more: Partial<StaffView> = {}): StaffView {
  return {
    id,
    name,
    role: 'nurse',
    isSelf: false,
    status: 'active',
    sockets: 1,
    step: stepKey(3),
    stepLabel: STEPS[3] ?? null,
    editing: null,
    sinceMs: NOW - 20 * MINUTE,
    seenMs: NOW - 5000,
    ...more,
  };
}

export const me = person('u-linh', 'Linh Đỗ', { isSelf: true, sockets: 2 });

export const colleagues: StaffView[] = [
  person('u-bao', 'Bảo Trần', { role: 'doctor', editing: 'left', step: stepKey(4), stepLabel: STEPS[4] ?? null }),
  person('u-khai', 'Nguyễn Thị Minh Khai', { status: 'idle', seenMs: NOW - 3 * MINUTE }),
  person('u-ann', 'Ann', { role: 'optician', status: 'away', seenMs: NOW - 17 * MINUTE }),
  person('u-77', null, { role: null, status: 'unknown', step: null, stepLabel: null }),
];

export function field(key: string, label: string, value: string | null, more: Partial<FieldView> = {}): FieldView {
  return { ...blank(key, label, stepKey(3)), value, ...more };
}

export const fields: FieldView[] = [
  field('left', 'Left eye, uncorrected', '20/40', {
    drafts: [{ staff: 'u-bao', name: 'Bảo Trần', text: '20/3' }],
    focus: ['u-bao'],
  }),
  field('right', 'Right eye, uncorrected', '20/25', { by: 'Bảo Trần', changedMs: NOW - 4 * MINUTE }),
  field('both', 'Both eyes', '20/25'),
  field('colour', 'Colour vision', null, { focus: ['u-khai', 'u-ann'] }),
  field('method', 'Method', 'LEA symbols, 3 m', { by: 'Ann', changedMs: NOW - 15 * MINUTE }),
  field('remarks', 'Remarks', 'Tired after lessons.\nTest again in the morning.'),
  field('diagnosis', 'Diagnosis', 'Myopia, mild', { step: stepKey(4), by: 'Bảo Trần', changedMs: NOW - MINUTE }),
  field('sphere-left', 'Sphere, left', '-0.75', { step: stepKey(4) }),
  field('sphere-right', 'Sphere, right', '-0.50', { step: stepKey(4) }),
  field('frame', 'Frame', null, { step: stepKey(5) }),
  field('school', 'School', 'Trường Tiểu học Nguyễn Bỉnh Khiêm', { step: null }),
];

export function entry(record: string, position: number | null, more: Partial<QueueEntryView> = {}): QueueEntryView {
  return {
    key: `${record} ${String(position)}`,
    record,
    name: null,
    position,
    stepLabel: STEPS[3] ?? null,
    priority: 'normal',
    staff: [],
    isOwn: false,
    ...more,
  };
}

export const queue: QueueEntryView[] = [
  entry('P-09', 1, { name: 'Trần Gia Hân', priority: 'high', staff: ['Bảo Trần'], stepLabel: STEPS[4] ?? null }),
  entry('P-11', 2, { name: 'Lê Minh Quân', staff: ['Ann'] }),
  entry('P-17', 3, { name: 'Phạm Bảo Ngọc', isOwn: true, staff: ['Linh Đỗ', 'Nguyễn Thị Minh Khai'] }),
  entry('P-18', 4, { priority: 'low' }),
  entry('P-21', 5, { name: 'Đặng Quốc Huy' }),
];

export function notice(key: string, body: string, more: Partial<NotificationView> = {}): NotificationView {
  return { key, level: 'info', title: null, body, kind: 'notification', heardMs: NOW - 2 * MINUTE, read: false, ...more };
}

export const notices: NotificationView[] = [
  notice('n3', 'The autorefractor at desk 2 needs to be calibrated.', { level: 'warning', title: 'Device' }),
  notice('n2', 'Frames arrived: https://stock.example/orders/4711', { level: 'success', read: true }),
  notice('n1', 'Welcome. You are connected as nurse.', { read: true, heardMs: NOW - 21 * MINUTE }),
];

let seq = 0;
export function happened(what: ActivityView['what'], minutesAgo: number, more: Partial<ActivityView> = {}): ActivityView {
  seq += 1;
  return { seq, atMs: NOW - minutesAgo * MINUTE, who: null, bySelf: false, what, about: null, text: null, count: 1, ...more };
}

export const activity: ActivityView[] = [
  happened('connected', 21),
  happened('joined', 21, { bySelf: true }),
  happened('joined', 19, { who: 'Ann' }),
  happened('committed', 15, { who: 'Ann', about: 'Method', text: 'LEA symbols, 3 m' }),
  happened('queueMoved', 12),
  happened('stepped', 9, { who: 'Bảo Trần', about: STEPS[4] ?? null }),
  happened('disconnected', 8, { text: 'The connection was lost.' }),
  happened('connected', 7.8),
  happened('committed', 4, { who: 'Bảo Trần', about: 'Right eye, uncorrected', text: '20/25' }),
  happened('typed', 3, { bySelf: true, about: 'Both eyes', count: 7, text: '20/25' }),
  happened('notified', 2, { text: 'The autorefractor at desk 2 needs to be calibrated.' }),
  happened('typed', 0, { who: 'Bảo Trần', about: 'Left eye, uncorrected', count: 12, text: '20/3' }),
];

/** A record in which all is well, changed by `more`. */
export function record(more: Partial<CollabUpdate> = {}): CollabUpdate {
  return {
    ...EMPTY,
    version: 1,
    whole: true,
    record: { id: 'P-17', host: HOST, vocabularies: ['screening', 'live-editing'], offers: ALL },
    connection: { state: 'joined', transport: 'websocket', unheard: false },
    me: { id: 'u-linh', name: 'Linh Đỗ', role: 'nurse', step: stepKey(3), waiting: 0 },
    staff: [me, ...colleagues],
    steps: steps({ 3: ['u-linh', 'u-khai', 'u-ann'], 4: ['u-bao'] }),
    queue: { entries: queue, heardMs: NOW - 8000, ownPosition: 3 },
    fields,
    notifications: notices,
    activity,
    missed: [],
    ...more,
  };
}

export const opened: OpenedRecord = {
  record: 'P-17',
  host: HOST,
  deployment: 'screening',
  profile: 'Clinic',
  binding: null,
};

export const profiles: CollabProfile[] = [
  {
    name: 'Clinic',
    url: `https://${HOST}`,
    path: '',
    links: {},
    deployment: 'screening',
    record: 'P-17',
    identity: { id: 'u-linh', name: 'Linh Đỗ', role: 'nurse' },
    hasCredential: true,
  },
  {
    name: 'Trợ lý ở nhà',
    url: 'https://assistant.home.example:8443',
    path: '/api/socket.io/',
    links: { relay: 'https://relay.home.example' },
    deployment: 'insights',
    record: '',
    identity: { id: 'linh', name: 'Linh', role: '' },
    hasCredential: false,
  },
];

/** The deployments that the program brings. */
export const deployments: DeploymentList = {
  deployments: [
    { name: 'screening', own: false, links: ['main'] },
    { name: 'live-editing', own: false, links: ['main'] },
    { name: 'deployed', own: false, links: ['main'] },
    { name: 'insights', own: false, links: ['gateway', 'relay'] },
  ],
  mistakes: [],
  folder: '/home/linh/.config/jbcalling/vocabularies',
};
