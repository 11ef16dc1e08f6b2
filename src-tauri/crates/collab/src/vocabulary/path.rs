//! Paths into a payload.

use serde_json::Value;

use super::error::FileProblem;
use super::source::Node;
use crate::intent::StepRef;
use crate::text::is_id;

/// Where something is in an argument or in an entry of a list: `$`, `$.user_id`, `list[0].id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<Part>);

/// One part of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Of an object.
    Key(String),
    /// Of a list.
    Index(usize),
    /// Any of a list; not written in files.
    Each,
}

impl Path {
    /// The argument itself.
    pub(super) fn whole() -> Self {
        Self(Vec::new())
    }

    /// Reads a path; `None` for what is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = match text.strip_prefix('$') {
            Some("") => return Some(Self::whole()),
            Some(rest) if rest.starts_with(['.', '[']) => rest,
            Some(_) => return None,
            None => text,
        };
        let mut parts = Vec::new();
        for (at, step) in rest.split('.').enumerate() {
            let (key, indices) = match step.find('[') {
                Some(open) => step.split_at(open),
                None => (step, ""),
            };
            let begins_with_index = at == 0 && key.is_empty() && text.starts_with('$');
            if key.is_empty() && !begins_with_index {
                return None;
            }
            if key.contains(|c: char| c.is_whitespace() || matches!(c, '$' | ']' | '{' | '}')) {
                return None;
            }
            if !key.is_empty() {
                parts.push(Part::Key(key.to_owned()));
            }
            for index in indices.split_terminator(']') {
                let digits = index.strip_prefix('[')?;
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                parts.push(Part::Index(digits.parse().ok()?));
            }
            if !indices.is_empty() && !indices.ends_with(']') {
                return None;
            }
        }
        (!parts.is_empty()).then_some(Self(parts))
    }

    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        let path = Self::parse(text);
        if path.is_none() {
            let path = text.to_owned();
            return node.fail(FileProblem::BadPath { path });
        }
        path
    }

    /// What is there.
    pub(super) fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Key(key) => value.as_object()?.get(key),
            Part::Index(index) => value.as_array()?.get(*index),
            Part::Each => None,
        })
    }

    /// The path with what is below it.
    pub(super) fn join(&self, below: &[Part]) -> Self {
        Self(self.0.iter().chain(below).cloned().collect())
    }

    /// The path of the entries of the list that is here.
    pub(super) fn entries(&self) -> Self {
        self.join(&[Part::Each])
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Whether this is where `other` is, or above it.
    pub(super) fn covers(&self, other: &[Part]) -> bool {
        self.0.len() <= other.len()
            && self.0.iter().zip(other).all(|(mine, theirs)| {
                mine == theirs || (*mine == Part::Each && matches!(theirs, Part::Index(_)))
            })
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("$")?;
        self.0.iter().try_for_each(|part| match part {
            Part::Key(key) => write!(f, ".{key}"),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Each => f.write_str("[]"),
        })
    }
}

/// Several paths to one thing: the first one that leads to something of the right type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paths(Vec<Path>);

impl Paths {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let nodes = node.list_or_one();
        if nodes.is_empty() {
            return node.bad_value("[]", "a path is needed");
        }
        let paths: Vec<Path> = nodes.iter().filter_map(Path::read).collect();
        (paths.len() == nodes.len()).then_some(Self(paths))
    }

    /// Paths that are known to be right.
    pub(super) fn fixed(paths: &[&str]) -> Self {
        Self(paths.iter().filter_map(|path| Path::parse(path)).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }

    /// The first text.
    pub(super) fn text<'v>(&self, value: &'v Value) -> Option<&'v str> {
        self.0.iter().find_map(|path| path.of(value)?.as_str())
    }

    /// The first text that can be an id: not empty, not endless.
    pub(super) fn id<'v>(&self, value: &'v Value) -> Option<&'v str> {
        let found = |path: &Path| path.of(value)?.as_str().filter(|text| is_id(text));
        self.0.iter().find_map(found)
    }

    /// The first text or number, as text.
    pub(super) fn text_or_number(&self, value: &Value) -> Option<String> {
        self.0.iter().find_map(|path| match path.of(value)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The first whole number, also where it arrives as text.
    pub(super) fn integer(&self, value: &Value) -> Option<i64> {
        self.0.iter().find_map(|path| integer(path.of(value)?))
    }

    /// The first number or text that can be a step.
    pub(super) fn step(&self, value: &Value) -> Option<StepRef> {
        self.0.iter().find_map(|path| {
            let value = path.of(value)?;
            if let Some(index) = integer(value) {
                return Some(StepRef::Index(index));
            }
            let key = value.as_str()?;
            is_id(key).then(|| StepRef::Key(key.to_owned()))
        })
    }

    /// The first value, `null` too.
    pub(super) fn value<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().find_map(|path| path.of(value))
    }

    /// The path to be named when nothing fits.
    pub(super) fn first(&self) -> Path {
        self.0.first().cloned().unwrap_or_else(Path::whole)
    }
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            let whole = number.fract() == 0.0 && number.abs() < 9.0e15;
            #[allow(clippy::cast_possible_truncation)]
            whole.then_some(number as i64)
        }),
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok())?
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(path: &str, value: &Value) -> Option<Value> {
        Path::parse(path)?.of(value).cloned()
    }

    #[test]
    fn paths_lead_into_objects_and_lists() {
        let value = json!({"a": {"b": [1, {"c": "d"}]}});
        assert_eq!(of("$", &value), Some(value.clone()));
        assert_eq!(of("a.b[0]", &value), Some(json!(1)));
        assert_eq!(of("$.a.b[1].c", &value), Some(json!("d")));
        assert_eq!(of("$[0]", &json!(["x"])), Some(json!("x")));
        assert_eq!(of("$[0][1].k", &json!([[0, {"k": 2}]])), Some(json!(2)));
        assert_eq!(of("a.b.c", &value), None);
        assert_eq!(of("a[0]", &value), None);
    }

    #[test]
    fn what_is_no_path_is_told() {
        for text in [
            "", ".", "a.", ".a", "a..b", "$a", "a[", "a[]", "a[x]", "a[0", "a[0]b", "[0]", "a b",
            "$.", "a[-1]", "{a}", "a]",
        ] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_path_that_is_text_is_taken() {
        let paths = Paths::fixed(&["$", "$.user_id", "$[0]"]);
        assert_eq!(paths.text(&json!("u1")), Some("u1"));
        assert_eq!(paths.text(&json!({"user_id": "u2"})), Some("u2"));
        assert_eq!(paths.text(&json!(["u3"])), Some("u3"));
        assert_eq!(paths.text(&json!(4)), None);
        assert_eq!(paths.text(&json!({"user_id": {}})), None);
    }

    #[test]
    fn a_step_number_may_arrive_as_text() {
        let paths = Paths::fixed(&["$"]);
        assert_eq!(paths.step(&json!("3")), Some(StepRef::Index(3)));
        assert_eq!(paths.step(&json!(3.0)), Some(StepRef::Index(3)));
        assert_eq!(paths.step(&json!(0)), Some(StepRef::Index(0)));
        assert_eq!(paths.step(&json!("3a")), Some(StepRef::Key("3a".into())));
        assert_eq!(paths.step(&json!(3.5)), None);
        assert_eq!(paths.step(&json!("")), None);
        assert_eq!(paths.step(&json!([3])), None);
        let endless = "9".repeat(40);
        assert_eq!(paths.step(&json!(endless)), Some(StepRef::Key(endless)));
    }

    #[test]
    fn a_path_covers_what_is_below_it() {
        let staff = Path::parse("list").unwrap().entries();
        let leaf = Path::parse("list[2].user_id").unwrap();
        assert!(staff.covers(leaf.parts()));
        assert!(!leaf.covers(staff.parts()));
        assert!(!Path::parse("other").unwrap().covers(leaf.parts()));
        assert!(Path::whole().covers(leaf.parts()));
    }
}
