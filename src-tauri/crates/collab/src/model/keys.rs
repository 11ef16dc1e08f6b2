//! Keys of steps and fields: texts that commands and views share.

use crate::intent::{FieldRef, StepRef};

/// `3` or `vision_testing`. A key that reads as a number is that number.
pub(crate) fn of_step(step: &StepRef) -> String {
    match step {
        StepRef::Index(index) => index.to_string(),
        StepRef::Key(key) => key.clone(),
    }
}

/// The step of a key.
pub(crate) fn step(key: &str) -> StepRef {
    key.parse()
        .map_or_else(|_| StepRef::Key(key.to_owned()), StepRef::Index)
}

/// Two ways of writing one step are one step.
pub(crate) fn normal(step: &StepRef) -> StepRef {
    match step {
        StepRef::Index(index) => StepRef::Index(*index),
        StepRef::Key(key) => self::step(key),
    }
}

/// The step, a colon, the name: `3:left_eye`, or `:left_eye` without a step.
pub(crate) fn of_field(field: &FieldRef) -> String {
    let step = field.step.as_ref().map(of_step).unwrap_or_default();
    format!(
        "{}:{}",
        step.replace('%', "%25").replace(':', "%3A"),
        field.name
    )
}

/// The field of a key.
pub(crate) fn field(key: &str) -> FieldRef {
    let (at, name) = key.split_once(':').unwrap_or(("", key));
    FieldRef {
        step: (!at.is_empty()).then(|| step(&at.replace("%3A", ":").replace("%25", "%"))),
        name: name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_back_to_its_field() {
        for (step, name, key) in [
            (Some(StepRef::Index(3)), "left", "3:left"),
            (Some(StepRef::Key("a:b%".into())), "c:d", "a%3Ab%25:c:d"),
            (None, "c:d", ":c:d"),
            (None, "", ":"),
        ] {
            let name = name.to_owned();
            let at = FieldRef { step, name };
            assert_eq!(of_field(&at), key);
            assert_eq!(field(key), at);
        }
        assert_eq!(field("plain").name, "plain");
    }

    #[test]
    fn rule_26_a_number_as_text_is_a_number() {
        assert_eq!(step("3"), StepRef::Index(3));
        assert_eq!(normal(&StepRef::Key("3".into())), StepRef::Index(3));
        assert_eq!(
            step("vision_testing"),
            StepRef::Key("vision_testing".into())
        );
    }
}
