// The one list of names that cross the boundary between the interface and the shell.

import type { About } from './bindings/About';
import type { CallCommand } from './bindings/CallCommand';
import type { CallView } from './bindings/CallView';
import type { CollabCommand } from './bindings/CollabCommand';
import type { CollabUpdate } from './bindings/CollabUpdate';
import type { DeviceList } from './bindings/DeviceList';
import type { EndReason } from './bindings/EndReason';
import type { JoinRequest } from './bindings/JoinRequest';
import type { LevelsView } from './bindings/LevelsView';
import type { MeterEvent } from './bindings/MeterEvent';
import type { NewRoom } from './bindings/NewRoom';
import type { ParsedLink } from './bindings/ParsedLink';
import type { PreparedRoom } from './bindings/PreparedRoom';
import type { Settings } from './bindings/Settings';
import type { DoctorProgress, DoctorTarget, ReportFormat } from './doctor';
import type {
  CollabProfile,
  DeploymentList,
  OpenedRecord,
  RecordBinding,
  RecordClosed,
  RecordRequest,
  RecordState,
} from './record';
import type { CallStats } from './stats';

/** Device id, `null` for the system's default, "none" for joining without one. */
export type DeviceChoice = string | null;

/** Every command: its arguments and its answer. A refusal is always an `ErrorView`. */
export interface Commands {
  parse_link: { args: { input: string }; answer: ParsedLink };
  get_settings: { args: undefined; answer: Settings };
  set_settings: { args: { settings: Settings }; answer: null };
  list_devices: { args: undefined; answer: DeviceList };
  new_room: { args: undefined; answer: NewRoom };
  prepare: { args: { input: string }; answer: PreparedRoom };
  /** How many are in the prepared room; `null` where its gateway does not tell. */
  count_people: { args: undefined; answer: number | null };
  cancel_prepare: { args: undefined; answer: null };
  start_meter: { args: { microphone: DeviceChoice }; answer: null };
  stop_meter: { args: undefined; answer: null };
  test_sound: { args: { speaker: DeviceChoice }; answer: null };
  join: { args: { request: JoinRequest }; answer: null };
  call_command: { args: { command: CallCommand }; answer: null };
  current_call: { args: undefined; answer: CallView | null };
  copy_text: { args: { text: string }; answer: null };
  remove_recent: { args: { link: string }; answer: null };
  take_pending_link: { args: undefined; answer: string | null };
  about: { args: undefined; answer: About };
  open_external: { args: { url: string }; answer: null };
  /**
   * Tests a call or a record, named as for `open_record`; a link to a room will do, too. Progress
   * may come before the answer. The microphone is opened only where `microphone` says so.
   */
  start_doctor: { args: { input: string | null; profile: string | null; record: string | null; microphone: boolean }; answer: DoctorTarget };
  /** No event of the run comes after the answer. */
  stop_doctor: { args: undefined; answer: null };
  /** Answers where the file is, as the commands below that save one. */
  save_doctor_report: { args: { format: ReportFormat }; answer: string };
  open_stats: { args: undefined; answer: null };
  close_stats: { args: undefined; answer: null };
  export_stats: { args: undefined; answer: string };
  report_problem: { args: { description: string }; answer: string };
  /** Reads a link, or takes a profile; a record that is open is closed first. */
  open_record: { args: { input: string | null; profile: string | null; record: string | null }; answer: OpenedRecord };
  close_record: { args: undefined; answer: null };
  collab_command: { args: { command: CollabCommand }; answer: null };
  /** All of the record that is open, for a page that was loaded again. */
  collab_state: { args: undefined; answer: RecordState | null };
  /** Answers where the file is; without names and values where it is redacted. */
  export_activity: { args: { redacted: boolean }; answer: string };
  /** What profiles can name, and what is wrong with the person's own files. */
  list_deployments: { args: undefined; answer: DeploymentList };
  list_profiles: { args: undefined; answer: CollabProfile[] };
  /** The credential goes into the keyring: `null` leaves it as it is, an empty one takes it away. */
  save_profile: { args: { profile: CollabProfile; credential: string | null }; answer: null };
  remove_profile: { args: { name: string }; answer: null };
  /** Of the present call's room with the present record; `null` undoes it. */
  bind_record: { args: { binding: RecordBinding | null }; answer: null };
}

export type CommandName = keyof Commands;

/** Every event and its payload. */
export interface Events {
  'call-view': CallView;
  'call-levels': LevelsView;
  'call-ended': EndReason;
  /** A link was opened from outside; it is never joined by itself. */
  'open-link': string;
  meter: MeterEvent;
  'doctor-progress': DoctorProgress;
  /** Once a second between `open_stats` and `close_stats`. */
  'call-stats': CallStats;
  /** What changed in the record that is open. */
  'collab-update': CollabUpdate;
  'collab-closed': RecordClosed;
  /** Fills in the form; connects by itself only with a saved profile and no other record open. */
  'open-record': RecordRequest;
}

export type EventName = keyof Events;
