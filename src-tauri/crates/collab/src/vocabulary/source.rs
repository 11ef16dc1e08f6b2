//! A TOML file that is read key by key, so that every mistake is named with its line and key, and
//! no key is overlooked.

use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{FileError, FileProblem};
use crate::policy::MIN_INTERVAL;

/// The text of one file, and the mistakes found in it so far.
pub(super) struct Source<'a> {
    file: &'a str,
    text: &'a str,
    errors: RefCell<Vec<FileError>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self {
            file,
            text,
            errors: RefCell::default(),
        }
    }

    /// The file as TOML; nothing when it is none.
    pub(super) fn parse(&self) -> Option<Spanned<DeTable<'a>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let position = Position {
                    line: error.span().map(|span| self.line(&span)),
                    key: String::new(),
                };
                let reason = error.message().trim().to_owned();
                self.report(position, FileProblem::Malformed { reason });
                None
            }
        }
    }

    /// The keys of the file itself.
    pub(super) fn root<'s>(&'s self, table: &'s Spanned<DeTable<'s>>) -> Table<'s> {
        Table {
            source: self,
            key: String::new(),
            span: table.span(),
            entries: table.get_ref(),
            read: RefCell::default(),
        }
    }

    pub(super) fn into_errors(self) -> Vec<FileError> {
        self.errors.into_inner()
    }

    fn report(&self, position: Position, problem: FileProblem) {
        let error = position.error(self.file, problem);
        self.errors.borrow_mut().push(error);
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// Where something is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: Option<usize>,
    pub(super) key: String,
}

impl Position {
    pub(super) fn error(self, file: &str, problem: FileProblem) -> FileError {
        FileError {
            file: file.to_owned(),
            line: self.line,
            key: self.key,
            problem,
        }
    }
}

/// One value of a file.
#[derive(Clone)]
pub(super) struct Node<'s> {
    source: &'s Source<'s>,
    key: String,
    span: Range<usize>,
    value: &'s DeValue<'s>,
}

impl<'s> Node<'s> {
    pub(super) fn value(&self) -> &'s DeValue<'s> {
        self.value
    }

    pub(super) fn position(&self) -> Position {
        Position {
            line: Some(self.source.line(&self.span)),
            key: self.key.clone(),
        }
    }

    /// Notes a mistake here. Gives nothing, so that a reader can end with it.
    pub(super) fn fail<T>(&self, problem: FileProblem) -> Option<T> {
        self.source.report(self.position(), problem);
        None
    }

    pub(super) fn bad_value<T>(&self, found: &str, expected: impl Into<String>) -> Option<T> {
        self.fail(FileProblem::BadValue {
            found: found.to_owned(),
            expected: expected.into(),
        })
    }

    fn wrong_type<T>(&self, expected: &'static str) -> Option<T> {
        self.fail(FileProblem::WrongType {
            expected,
            found: self.value.type_str(),
        })
    }

    pub(super) fn text(&self) -> Option<&'s str> {
        match self.value {
            DeValue::String(text) => Some(text.as_ref()),
            _ => self.wrong_type("text"),
        }
    }

    /// Text that is not empty.
    pub(super) fn word(&self) -> Option<&'s str> {
        let text = self.text()?;
        if text.trim().is_empty() {
            return self.bad_value(text, "it must not be empty");
        }
        Some(text)
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong_type("true or false"),
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self.value {
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Some(number),
                    Err(_) => self.bad_value(number.as_str(), "the number is too large"),
                }
            }
            _ => self.wrong_type("a whole number"),
        }
    }

    /// A time in seconds, none of them shorter than what is polite.
    pub(super) fn seconds(&self) -> Option<Duration> {
        let number = self.integer()?;
        let day = 24 * 60 * 60;
        match u64::try_from(number) {
            Ok(seconds) if (MIN_INTERVAL.as_secs()..=day).contains(&seconds) => {
                Some(Duration::from_secs(seconds))
            }
            _ => self.bad_value(
                &number.to_string(),
                format!("it must be {} to {day} seconds", MIN_INTERVAL.as_secs()),
            ),
        }
    }

    pub(super) fn list(&self) -> Option<Vec<Node<'s>>> {
        match self.value {
            DeValue::Array(items) => Some(self.items(items.iter())),
            _ => self.wrong_type("a list"),
        }
    }

    /// A list, or one value in place of a list of one.
    pub(super) fn list_or_one(&self) -> Vec<Node<'s>> {
        match self.value {
            DeValue::Array(items) => self.items(items.iter()),
            _ => vec![self.clone()],
        }
    }

    fn items(&self, items: impl Iterator<Item = &'s Spanned<DeValue<'s>>>) -> Vec<Node<'s>> {
        items
            .enumerate()
            .map(|(index, item)| Node {
                source: self.source,
                key: format!("{}[{index}]", self.key),
                span: item.span(),
                value: item.get_ref(),
            })
            .collect()
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.is_table()
    }

    pub(super) fn table(&self) -> Option<Table<'s>> {
        match self.value {
            DeValue::Table(entries) => Some(Table {
                source: self.source,
                key: self.key.clone(),
                span: self.span.clone(),
                entries,
                read: RefCell::default(),
            }),
            _ => self.wrong_type("a table"),
        }
    }
}

/// A table of a file, which knows what of it was read.
pub(super) struct Table<'s> {
    source: &'s Source<'s>,
    key: String,
    span: Range<usize>,
    entries: &'s DeTable<'s>,
    read: RefCell<Vec<&'s str>>,
}

impl<'s> Table<'s> {
    /// A key that may be left out.
    pub(super) fn get(&self, name: &str) -> Option<Node<'s>> {
        let (key, value) = self.entries.iter().find(|(key, _)| key.get_ref() == name)?;
        self.read.borrow_mut().push(key.get_ref().as_ref());
        Some(self.node(key.get_ref(), key.span(), value))
    }

    /// A key that must be there.
    pub(super) fn require(&self, name: &'static str) -> Option<Node<'s>> {
        let node = self.get(name);
        if node.is_none() {
            self.fail(FileProblem::Missing { name });
        }
        node
    }

    /// All keys with their values.
    pub(super) fn entries(&self) -> Vec<(&'s str, Node<'s>)> {
        let mut read = self.read.borrow_mut();
        let entries = self.entries.iter().map(|(key, value)| {
            let name: &'s str = key.get_ref().as_ref();
            read.push(name);
            (name, self.node(name, key.span(), value))
        });
        entries.collect()
    }

    /// Names the keys that nobody asked for.
    pub(super) fn end(&self) {
        let read = self.read.borrow();
        for (key, value) in self.entries {
            let name: &str = key.get_ref().as_ref();
            if !read.contains(&name) {
                let node = self.node(name, key.span(), value);
                node.fail::<()>(FileProblem::UnknownKey);
            }
        }
    }

    pub(super) fn position(&self) -> Position {
        Position {
            line: Some(self.source.line(&self.span)),
            key: self.key.clone(),
        }
    }

    pub(super) fn fail(&self, problem: FileProblem) {
        self.source.report(self.position(), problem);
    }

    /// A value is found by the line of its key: tables have none of their own.
    fn node(&self, name: &str, span: Range<usize>, value: &'s Spanned<DeValue<'s>>) -> Node<'s> {
        let key = if self.key.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.key)
        };
        Node {
            source: self.source,
            key,
            span,
            value: value.get_ref(),
        }
    }
}
