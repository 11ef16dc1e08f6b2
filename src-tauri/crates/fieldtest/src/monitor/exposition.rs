//! Prometheus' text exposition format 0.0.4.

use std::fmt::Write;

/// A page in the making.
#[derive(Default)]
pub(super) struct Page(pub(super) String);

impl Page {
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP jbcall_probe_{name} {help}");
        let _ = writeln!(self.0, "# TYPE jbcall_probe_{name} {kind}");
    }

    pub(super) fn value(&mut self, name: &str, labels: &str, value: f64) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "jbcall_probe_{name} {value}")
        } else {
            writeln!(self.0, "jbcall_probe_{name}{{{labels}}} {value}")
        };
    }

    /// A family of one value; left out when there is none.
    pub(super) fn single(&mut self, name: &str, kind: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.family(name, kind, help);
            self.value(name, "", value);
        }
    }
}

/// A label's value.
pub(super) fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
