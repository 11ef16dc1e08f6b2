// What the window and the program say to each other about a record, beside what the model shows.

import type { ErrorView } from './bindings/ErrorView';

export type { ActivityView } from './bindings/ActivityView';
export type { CollabCommand } from './bindings/CollabCommand';
export type { CollabConnectionView } from './bindings/CollabConnectionView';
export type { CollabProfile } from './bindings/CollabProfile';
export type { CollabSelfView } from './bindings/CollabSelfView';
export type { CollabUpdate } from './bindings/CollabUpdate';
export type { ConflictView } from './bindings/ConflictView';
export type { Delivery } from './bindings/Delivery';
export type { DeploymentChoice } from './bindings/DeploymentChoice';
export type { DeploymentList } from './bindings/DeploymentList';
export type { DraftView } from './bindings/DraftView';
export type { FieldView } from './bindings/FieldView';
export type { FileMistake } from './bindings/FileMistake';
export type { MissedView } from './bindings/MissedView';
export type { NotificationView } from './bindings/NotificationView';
export type { OffersView } from './bindings/OffersView';
export type { OpenedRecord } from './bindings/OpenedRecord';
export type { QueueEntryView } from './bindings/QueueEntryView';
export type { QueueView } from './bindings/QueueView';
export type { ReasonView } from './bindings/ReasonView';
export type { RecordAddress } from './bindings/RecordAddress';
export type { RecordBinding } from './bindings/RecordBinding';
export type { RecordRequest } from './bindings/RecordRequest';
export type { RecordState } from './bindings/RecordState';
export type { RecordView } from './bindings/RecordView';
export type { StaffStatus } from './bindings/StaffStatus';
export type { StaffView } from './bindings/StaffView';
export type { StepView } from './bindings/StepView';

/** Why a record was closed; `null`: the person did it. */
export type RecordClosed = ErrorView | null;
