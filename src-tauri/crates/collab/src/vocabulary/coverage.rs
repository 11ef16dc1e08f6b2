//! What of a payload nothing reads.

use serde_json::Value;

use super::incoming::Binding;
use super::path::{Part, Path};

/// The paths of what none of the meanings reads or ignores on purpose.
pub(super) fn unread<'b>(
    meanings: impl Iterator<Item = &'b Binding>,
    args: &[Value],
) -> Vec<String> {
    let meanings: Vec<&Binding> = meanings.collect();
    let mut leaves = Vec::new();
    if let Some(payload) = args.first() {
        collect_leaves(payload, &Path::whole(), &mut leaves);
    }
    let is_lost = |leaf: &&Path| !meanings.iter().any(|meaning| meaning.covers(leaf.parts()));
    let lost = leaves.iter().filter(is_lost).map(Path::to_string);
    let extra = (1..args.len()).map(|index| format!("argument {index}"));
    lost.chain(extra).collect()
}

/// The paths of everything in a payload that is no object or list.
fn collect_leaves(value: &Value, at: &Path, leaves: &mut Vec<Path>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect_leaves(value, &at.join(&[Part::Key(key.clone())]), leaves);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect_leaves(value, &at.join(&[Part::Index(index)]), leaves);
            }
        }
        _ => leaves.push(at.clone()),
    }
}
