import type { CallView } from '../bindings/CallView';
import type { DeviceList } from '../bindings/DeviceList';
import type { EndReason } from '../bindings/EndReason';
import type { ErrorView } from '../bindings/ErrorView';
import type { LevelsView } from '../bindings/LevelsView';
import type { MeterEvent } from '../bindings/MeterEvent';
import type { Settings } from '../bindings/Settings';
import type { CollabProfile, CollabUpdate, DeploymentList, OpenedRecord, RecordRequest } from '../record';
import type { CallStats } from '../stats';
import type { DoctorScene } from './doctor';

/** What the program says in one recorded situation. */
export interface Scene {
  settings?: Partial<Settings>;
  devices?: DeviceList;
  /** What the meter sends when it is started. */
  meter?: MeterEvent;
  /** The call that went on while the page was loaded again. */
  current?: CallView;
  /** A link that the program was opened with. */
  pending?: string;
  /** Refusal of `prepare`; "never" leaves it open. */
  prepare?: ErrorView | 'never';
  people?: number;
  /** Refusal of `join`. */
  join?: ErrorView;
  view?: CallView;
  levels?: LevelsView;
  ended?: EndReason;
  doctor?: DoctorScene;
  /** Refusal of `start_doctor`. */
  doctorRefusal?: ErrorView;
  stats?: CallStats;
  /** Refusal of `report_problem`. */
  report?: ErrorView;
  /** The record that is open, or would be after opening it where it is `recordClosed`. */
  record?: CollabUpdate | (() => CollabUpdate);
  recordClosed?: boolean;
  opened?: OpenedRecord;
  /** What goes on in the record by itself. */
  play?: (begin: CollabUpdate, emit: (update: CollabUpdate) => void) => void;
  /** Refusal of `open_record`. */
  openRefusal?: ErrorView;
  profiles?: CollabProfile[];
  deployments?: DeploymentList;
  /** What asks for a record at the start. */
  request?: RecordRequest;
}

export function error(code: string, message: string, details = ''): ErrorView {
  return { code, message, details };
}

/** A connected call with nobody else in it, changed by `more`. */
export function call(more: Partial<CallView> = {}): CallView {
  return {
    room: 'bao-123',
    shareLink: 'https://jbcalling.site/room/bao-123',
    gatewayHost: 'webrtc.jbcalling.site',
    connection: { state: 'connected' },
    me: {
      name: 'Linh Đỗ',
      microphone: { state: 'live', device: 'Built-in Microphone', delivered: true },
      speaker: 'Headphones',
      speaking: false,
    },
    participants: [],
    chat: [],
    unreadChat: 0,
    notices: [],
    path: { protocol: 'udp', route: 'direct', ipVersion: 4 },
    ...more,
  };
}
