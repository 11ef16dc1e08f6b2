// What the window and the program say to each other about a record, beside what the model shows.

import type { CollabUpdate } from './bindings/CollabUpdate';
import type { ErrorView } from './bindings/ErrorView';

export type { ActivityView } from './bindings/ActivityView';
export type { CollabCommand } from './bindings/CollabCommand';
export type { CollabConnectionView } from './bindings/CollabConnectionView';
export type { CollabSelfView } from './bindings/CollabSelfView';
export type { CollabUpdate } from './bindings/CollabUpdate';
export type { ConflictView } from './bindings/ConflictView';
export type { Delivery } from './bindings/Delivery';
export type { DraftView } from './bindings/DraftView';
export type { FieldView } from './bindings/FieldView';
export type { MissedView } from './bindings/MissedView';
export type { NotificationView } from './bindings/NotificationView';
export type { OffersView } from './bindings/OffersView';
export type { QueueEntryView } from './bindings/QueueEntryView';
export type { QueueView } from './bindings/QueueView';
export type { ReasonView } from './bindings/ReasonView';
export type { RecordView } from './bindings/RecordView';
export type { StaffStatus } from './bindings/StaffStatus';
export type { StaffView } from './bindings/StaffView';
export type { StepView } from './bindings/StepView';

/** A room and a record that belong together: opening one offers the other. */
export interface RecordBinding {
  /** Link of the room. */
  room: string;
  /** Id of the record. */
  record: string;
  /** Name of the profile that it is opened with; `null` where a link opened it. */
  profile: string | null;
}

/** A record that is being opened: the connection goes on in `collab-update`. */
export interface OpenedRecord {
  /** Id of the record. */
  record: string;
  /** Host (and port) of the service. */
  host: string;
  /** Name of the deployment. */
  deployment: string;
  /** Name of the profile that was used. */
  profile: string | null;
  /** The room that goes with it. */
  binding: RecordBinding | null;
}

/** All of the record that is open, and what opening it answered. */
export interface RecordState {
  opened: OpenedRecord;
  update: CollabUpdate;
}

/** How a record is named: by a link, or by a saved profile and its id. */
export interface RecordAddress {
  input: string | null;
  profile: string | null;
  record: string | null;
}

/** A service that a person works with. */
export interface CollabProfile {
  /** What the person calls it; no two have the same. */
  name: string;
  /** `https://` and host, without a path. */
  url: string;
  /** Path of the socket; empty: as the deployment has it. */
  path: string;
  /** Addresses of further links, by name; none or an empty one: as the deployment has it. */
  links: Record<string, string>;
  /** Name of the deployment. */
  deployment: string;
  /** Id of the record that was opened last; empty: none yet. */
  record: string;
  /** Who one is there. */
  identity: { id: string; name: string; role: string };
  /** Whether the keyring holds a credential; it never comes back to the page. */
  hasCredential: boolean;
}

/** What a profile can choose from, besides `auto`. */
export interface DeploymentList {
  deployments: DeploymentChoice[];
  mistakes: FileMistake[];
  /** Where a person's own files are. */
  folder: string;
}

export interface DeploymentChoice {
  name: string;
  /** Whether it comes from a file of the person's own. */
  own: boolean;
  /** Names of its links; the address of a profile is that of the first. */
  links: string[];
}

/** What is wrong with one of the person's own files. */
export interface FileMistake {
  file: string;
  /** From 1. */
  line: number | null;
  /** Empty: the whole file. */
  key: string;
  /** `collab.file-…`. */
  code: string;
  /** In English. */
  message: string;
}

/** A record that something asks to open. It fills in the form. */
export interface RecordRequest {
  /** `link`: opened from outside; `room`: goes with the room that was just joined. */
  origin: 'link' | 'room';
  /** The link; `null` where a profile is named. */
  input: string | null;
  /** A profile that the person has saved. */
  profile: string | null;
  /** Id of the record, where it is known. */
  record: string | null;
}

/** Why a record was closed; `null`: the person did it. */
export type RecordClosed = ErrorView | null;
