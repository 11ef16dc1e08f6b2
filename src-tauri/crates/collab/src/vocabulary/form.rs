//! The operations as files write them.

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    PresenceUpsert,
    PresenceRemove,
    PresenceReplace,
    PresenceStep,
    StaffLearn,
    StepReplace,
    QueueReplace,
    FieldDraft,
    FieldCommit,
    FieldFocus,
    FieldConflict,
    NotificationAdd,
    RoomEntered,
    RoomLeft,
    RecordUpdated,
    LinkAlive,
    LinkError,
    /// Known, and nothing for the model.
    None,
}

/// How an operation is written.
pub(super) struct Form {
    pub(super) name: &'static str,
    pub(super) op: Op,
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
    /// It has `each`: the path of a list, from whose entries all other paths start.
    pub(super) is_list: bool,
    /// `staff` is a list of people.
    pub(super) has_staff_list: bool,
}

const FORM: Form = Form {
    name: "",
    op: Op::None,
    required: &[],
    optional: &[],
    is_list: false,
    has_staff_list: false,
};

/// All of them.
pub(super) const FORMS: [Form; 18] = [
    Form {
        name: "presence.upsert",
        op: Op::PresenceUpsert,
        required: &["staff"],
        optional: &["name", "role", "step", "status", "last_activity"],
        ..FORM
    },
    Form {
        name: "presence.remove",
        op: Op::PresenceRemove,
        required: &["staff"],
        ..FORM
    },
    Form {
        name: "presence.replace",
        op: Op::PresenceReplace,
        required: &["staff"],
        optional: &["name", "role", "step", "status", "last_activity"],
        is_list: true,
        ..FORM
    },
    Form {
        name: "presence.step",
        op: Op::PresenceStep,
        required: &["staff", "step"],
        optional: &["label", "name", "role"],
        ..FORM
    },
    Form {
        name: "staff.learn",
        op: Op::StaffLearn,
        required: &["staff"],
        optional: &["name", "role"],
        ..FORM
    },
    Form {
        name: "step.replace",
        op: Op::StepReplace,
        required: &["step"],
        optional: &["label", "state", "estimate"],
        is_list: true,
        has_staff_list: true,
    },
    Form {
        name: "queue.replace",
        op: Op::QueueReplace,
        required: &["patient"],
        optional: &[
            "name",
            "position",
            "step",
            "priority",
            "estimated_completion",
            "created_at",
        ],
        is_list: true,
        has_staff_list: true,
    },
    Form {
        name: "field.draft",
        op: Op::FieldDraft,
        required: &["field", "value", "by"],
        optional: &["step", "name", "role", "server_time"],
        ..FORM
    },
    Form {
        name: "field.commit",
        op: Op::FieldCommit,
        required: &["field", "value"],
        optional: &["by", "step", "name", "role", "server_time"],
        ..FORM
    },
    Form {
        name: "field.focus",
        op: Op::FieldFocus,
        required: &["field", "by"],
        optional: &["step", "name", "role"],
        ..FORM
    },
    Form {
        name: "field.conflict",
        op: Op::FieldConflict,
        required: &["field"],
        optional: &["by", "step", "name", "role", "id", "message"],
        ..FORM
    },
    Form {
        name: "notification.add",
        op: Op::NotificationAdd,
        optional: &[
            "key",
            "level",
            "severity",
            "title",
            "body",
            "kind",
            "server_time",
        ],
        ..FORM
    },
    Form {
        name: "room.entered",
        op: Op::RoomEntered,
        ..FORM
    },
    Form {
        name: "room.left",
        op: Op::RoomLeft,
        ..FORM
    },
    Form {
        name: "record.updated",
        op: Op::RecordUpdated,
        optional: &["what"],
        ..FORM
    },
    Form {
        name: "link.alive",
        op: Op::LinkAlive,
        ..FORM
    },
    Form {
        name: "link.error",
        op: Op::LinkError,
        required: &["message"],
        ..FORM
    },
    Form {
        name: "none",
        ..FORM
    },
];

/// Where a notification has what a file does not say.
pub(super) const NOTIFICATION: [(&str, &[&str]); 7] = [
    ("key", &["id"]),
    ("level", &["type"]),
    ("severity", &["severity"]),
    ("title", &["title"]),
    ("body", &["message", "content", "alert_text"]),
    ("kind", &["observation_type", "type"]),
    ("server_time", &["timestamp"]),
];
