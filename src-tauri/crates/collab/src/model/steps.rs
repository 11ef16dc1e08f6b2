//! The steps of the work: the deployment's, then whatever others turn up.

use super::keys;
use crate::intent::StepRef;
use crate::operation::{StaffId, StepRow};
use crate::policy::{QUEUE_STAFF, STEPS_LEARNED};
use crate::text;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) step: StepRef,
    label: Option<String>,
    /// Whether the deployment gave the label: then nobody else changes it.
    configured: bool,
    /// State and people as the service says, where it is believed.
    pub(crate) state: Option<String>,
    pub(crate) staff: Vec<StaffId>,
}

/// All steps that are known.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    configured: usize,
}

impl Steps {
    pub(crate) fn new(configured: &[(StepRef, String)]) -> Self {
        let mut steps = Self::default();
        for (step, label) in configured {
            let step = keys::normal(step);
            if steps.get(&step).is_none() {
                steps.steps.push(Step {
                    step,
                    label: Some(label.clone()),
                    configured: true,
                    state: None,
                    staff: Vec::new(),
                });
            }
        }
        steps.configured = steps.steps.len();
        steps
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter()
    }

    fn get(&self, step: &StepRef) -> Option<&Step> {
        self.steps.iter().find(|known| known.step == *step)
    }

    /// What a step is called: by the deployment, else by the service, else as it is written.
    pub(crate) fn label(&self, step: &StepRef) -> String {
        let step = keys::normal(step);
        self.get(&step)
            .and_then(|known| known.label.clone())
            .unwrap_or_else(|| text::label(&keys::of_step(&step)))
    }

    /// A step turned up, perhaps with the service's name for it. Says whether anything changes.
    pub(crate) fn learn(&mut self, step: &StepRef, label: Option<&str>) -> bool {
        let step = keys::normal(step);
        let label = label.map(text::label).filter(|label| !label.is_empty());
        if let Some(known) = self.steps.iter_mut().find(|known| known.step == step) {
            let better = !known.configured && label.is_some() && known.label != label;
            if better {
                known.label = label;
            }
            return better;
        }
        let fits = self.steps.len() < self.configured + STEPS_LEARNED;
        if !fits || !text::is_id(&keys::of_step(&step)) {
            return false;
        }
        self.steps.push(Step {
            step,
            label,
            configured: false,
            state: None,
            staff: Vec::new(),
        });
        true
    }

    /// The state of all steps, for deployments whose service is believed.
    pub(crate) fn replace(&mut self, rows: &[StepRow]) -> bool {
        let before = self.steps.clone();
        for step in &mut self.steps {
            (step.state, step.staff) = (None, Vec::new());
        }
        for row in rows.iter().take(self.configured + STEPS_LEARNED) {
            self.learn(&row.step, row.label.as_deref());
            let step = keys::normal(&row.step);
            if let Some(known) = self.steps.iter_mut().find(|known| known.step == step) {
                known.state = row.state.as_deref().map(text::label);
                let staff = row.staff.iter().filter(|staff| text::is_id(staff));
                known.staff = staff.take(QUEUE_STAFF).cloned().collect();
            }
        }
        before != self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_26_labels_are_the_deployments() {
        let mut steps = Steps::new(&[(StepRef::Index(3), "VA Screening".into())]);
        assert!(!steps.learn(&StepRef::Key("3".into()), Some("Something else")));
        assert_eq!(steps.label(&StepRef::Index(3)), "VA Screening");
        assert_eq!(steps.label(&StepRef::Index(4)), "4");
        assert!(steps.learn(&StepRef::Index(4), None));
        assert!(steps.learn(&StepRef::Index(4), Some("Doctor")));
        assert!(!steps.learn(&StepRef::Index(4), Some("Doctor")));
        assert_eq!(steps.label(&StepRef::Index(4)), "Doctor");
    }

    #[test]
    fn states_are_those_of_the_last_list() {
        let mut steps = Steps::default();
        let row = |index, state: &str| StepRow {
            step: StepRef::Index(index),
            label: None,
            state: Some(state.into()),
            staff: vec!["a".into()],
            estimate: None,
        };
        assert!(steps.replace(&[row(0, "completed"), row(1, "in_progress")]));
        assert!(!steps.replace(&[row(0, "completed"), row(1, "in_progress")]));
        assert!(steps.replace(&[row(1, "completed")]));
        let states: Vec<_> = steps.iter().map(|step| step.state.as_deref()).collect();
        assert_eq!(states, [None, Some("completed")]);
    }

    #[test]
    fn steps_of_others_are_bounded() {
        let mut steps = Steps::new(&[(StepRef::Index(0), "First".into())]);
        for index in 0..5_000 {
            steps.learn(&StepRef::Index(index), None);
        }
        assert_eq!(steps.iter().count(), 1 + STEPS_LEARNED);
    }
}
