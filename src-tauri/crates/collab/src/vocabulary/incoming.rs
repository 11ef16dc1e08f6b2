//! What an event means: the `in` part of a vocabulary, and `answer` of its `out` part.

use super::error::FileProblem;
use super::form::{FORMS, Form, NOTIFICATION, Op};
use super::path::{Part, Path, Paths};
use super::room::RoomTest;
use super::source::{Node, Table};
use super::wording::Wording;

/// Where a list of people is, and what each entry has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StaffList {
    pub(super) each: Path,
    pub(super) id: Paths,
    pub(super) name: Option<Paths>,
    pub(super) role: Option<Paths>,
}

/// One meaning of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Binding {
    pub(super) op: Op,
    paths: Vec<(&'static str, Paths)>,
    pub(super) each: Option<Path>,
    pub(super) staff: Option<StaffList>,
    pub(super) wording: Option<Wording>,
    pub(super) room: Vec<RoomTest>,
    ignored: Vec<Path>,
}

impl Binding {
    /// Reads one meaning, or a list of them.
    pub(super) fn read_all(node: &Node<'_>) -> Vec<Self> {
        node.list_or_one().iter().filter_map(Self::read).collect()
    }

    /// A notification with the keys that everybody uses.
    pub(super) fn notification() -> Self {
        let paths = NOTIFICATION.iter();
        Self {
            op: Op::NotificationAdd,
            paths: paths
                .map(|(key, paths)| (*key, Paths::fixed(paths)))
                .collect(),
            each: None,
            staff: None,
            wording: None,
            room: Vec::new(),
            ignored: Vec::new(),
        }
    }

    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let op = table.require("op")?;
        let name = op.text()?;
        // The protocol's own description calls it so.
        let name = if name == "session.updated" {
            "record.updated"
        } else {
            name
        };
        let Some(form) = FORMS.iter().find(|form| form.name == name) else {
            let known: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
            return op.fail(FileProblem::UnknownOperation {
                name: name.to_owned(),
                known: known.join(", "),
            });
        };
        let binding = Self::read_form(form, &table);
        table.end();
        binding
    }

    fn read_form(form: &Form, table: &Table<'_>) -> Option<Self> {
        let mut whole = true;
        let mut paths = Vec::new();
        for name in form.required {
            match table.require(name).and_then(|node| Paths::read(&node)) {
                Some(read) => paths.push((*name, read)),
                None => whole = false,
            }
        }
        for name in form.optional {
            match table.get(name).map(|node| Paths::read(&node)) {
                Some(Some(read)) => paths.push((*name, read)),
                Some(None) => whole = false,
                None if form.op == Op::NotificationAdd => {
                    let usual = NOTIFICATION.iter().find(|(key, _)| key == name);
                    paths.extend(usual.map(|(_, usual)| (*name, Paths::fixed(usual))));
                }
                None => {}
            }
        }
        let mut each = None;
        if form.is_list {
            each = table.require("each").and_then(|node| Path::read(&node));
            whole &= each.is_some();
        }
        let mut staff = None;
        if form.has_staff_list
            && let Some(node) = table.get("staff")
        {
            staff = StaffList::read(&node);
            whole &= staff.is_some();
        }
        let mut wording = None;
        if form.op == Op::NotificationAdd
            && let Some(node) = table.get("text")
        {
            wording = Wording::read(&node);
            whole &= wording.is_some();
        }
        let room = table.get("room").map(|node| RoomTest::read_all(&node));
        let ignored = table.get("ignored").map(|node| read_ignored(&node));
        Some(Self {
            op: form.op,
            paths,
            each,
            staff,
            wording,
            room: room.unwrap_or(Some(Vec::new()))?,
            ignored: ignored.unwrap_or(Some(Vec::new()))?,
        })
        .filter(|_| whole)
    }

    /// The paths of a key; none where the file says nothing of it.
    pub(super) fn paths(&self, name: &str) -> Option<&Paths> {
        let found = self.paths.iter().find(|(key, _)| *key == name);
        found.map(|(_, paths)| paths)
    }

    /// Whether something in a payload is read or known to be of no use.
    pub(super) fn covers(&self, leaf: &[Part]) -> bool {
        let base = match &self.each {
            Some(each) => each.entries(),
            None => Path::whole(),
        };
        let under = |base: &Path, paths: &Paths| {
            paths
                .iter()
                .any(|path| base.join(path.parts()).covers(leaf))
        };
        let wording = self.wording.iter().flat_map(Wording::paths);
        let in_staff = self.staff.as_ref().is_some_and(|staff| {
            let entries = base.join(staff.each.parts()).entries();
            let known = [Some(&staff.id), staff.name.as_ref(), staff.role.as_ref()];
            known
                .into_iter()
                .flatten()
                .any(|paths| under(&entries, paths))
        });
        in_staff
            || self.paths.iter().any(|(_, paths)| under(&base, paths))
            || wording
                .into_iter()
                .any(|path| base.join(path.parts()).covers(leaf))
            || self.room.iter().any(|room| room.at.covers(leaf))
            || self
                .ignored
                .iter()
                .any(|path| base.join(path.parts()).covers(leaf))
    }
}

impl StaffList {
    fn read(node: &Node<'_>) -> Option<Self> {
        let by_default = || Paths::fixed(&["$", "$.user_id"]);
        if !node.is_table() {
            return Some(Self {
                each: Path::read(node)?,
                id: by_default(),
                name: Some(Paths::fixed(&["name"])),
                role: Some(Paths::fixed(&["role"])),
            });
        }
        let table = node.table()?;
        let each = table.require("each").and_then(|node| Path::read(&node));
        let paths = |name| table.get(name).map(|node| Paths::read(&node));
        let (id, name, role) = (paths("id"), paths("name"), paths("role"));
        table.end();
        Some(Self {
            each: each?,
            id: id.unwrap_or_else(|| Some(by_default()))?,
            name: name.unwrap_or_else(|| Some(Paths::fixed(&["name"]))),
            role: role.unwrap_or_else(|| Some(Paths::fixed(&["role"]))),
        })
    }
}

fn read_ignored(node: &Node<'_>) -> Option<Vec<Path>> {
    let nodes = node.list()?;
    let paths: Vec<Path> = nodes.iter().filter_map(Path::read).collect();
    (paths.len() == nodes.len()).then_some(paths)
}
