//! What a model knows from the start.

use std::time::Duration;

use crate::intent::{FieldRef, StepRef};
use crate::operation::StaffId;
use crate::view::OffersView;

/// The record, the person, and what of their deployment matters to the model. No event names.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// Id of the record.
    pub record: String,
    /// Host (and port) of the service, to be shown.
    pub host: String,
    /// Names of the vocabularies, to be shown.
    pub vocabularies: Vec<String>,
    /// What there are words for.
    pub offers: OffersView,
    /// This person's id on the wire.
    pub me: StaffId,
    /// This person's name.
    pub name: String,
    /// This person's role.
    pub role: String,
    /// The step that this person begins at.
    pub step: Option<StepRef>,
    /// The deployment's steps and what it calls them, in their order.
    pub steps: Vec<(StepRef, String)>,
    /// The deployment's fields and what it calls them, in their order.
    pub fields: Vec<(FieldRef, String)>,
    /// Whoever was not active for longer than this is away.
    pub away_after: Duration,
    /// How often a heartbeat is due; `None` where the vocabularies have none.
    pub heartbeat: Option<Duration>,
    /// Whether what the service says about the state of steps is believed.
    pub trusts_step_states: bool,
    /// The link over which joins and edits go, in the deployment's order.
    pub edit_link: usize,
    /// Milliseconds since 1970 when the model is made.
    pub epoch_ms: u64,
}

impl ModelConfig {
    /// Somebody at a record whose deployment offers everything and names nothing.
    pub fn for_record(record: impl Into<String>, me: impl Into<StaffId>) -> Self {
        let me = me.into();
        Self {
            record: record.into(),
            host: String::new(),
            vocabularies: Vec::new(),
            offers: OffersView {
                presence: true,
                steps: true,
                queue: true,
                fields: true,
                typing: true,
                focus: true,
                notifications: true,
            },
            name: me.clone(),
            me,
            role: String::new(),
            step: None,
            steps: Vec::new(),
            fields: Vec::new(),
            away_after: Duration::from_secs(60),
            heartbeat: Some(Duration::from_secs(30)),
            trusts_step_states: false,
            edit_link: 0,
            epoch_ms: 0,
        }
    }
}
