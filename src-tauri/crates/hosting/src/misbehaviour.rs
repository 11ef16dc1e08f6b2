//! What all servers can do wrong, and how misbehaviours are written: `name` or
//! `name:argument,argument`, several separated by `;` or spaces.

use std::collections::BTreeSet;
use std::time::Duration;

/// A hanging process, as after SIGSTOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freeze {
    /// Counted from the moment at which the misbehaviour was set.
    pub after: Duration,
    /// For how long; `None` until another misbehaviour is set or the server is stopped.
    pub lasting: Option<Duration>,
}

impl Freeze {
    /// Reads the arguments of `freeze-after`.
    ///
    /// # Errors
    /// They are not one time or two.
    pub fn read(times: &[&str]) -> Result<Self, InvalidWord> {
        let (after, lasting) = match *times {
            [after] => (after, None),
            [after, lasting] => (after, Some(lasting)),
            _ => return Err(needs("freeze-after", "one time, or two: when and how long")),
        };
        Ok(Self {
            after: time(after)?,
            lasting: lasting.map(time).transpose()?,
        })
    }
}

/// A process that dies and comes back with nothing but what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restart {
    /// Counted from the moment at which the misbehaviour was set.
    pub after: Duration,
    /// For how long the port is closed.
    pub down: Duration,
}

impl Restart {
    /// Reads the arguments of `restart-after`.
    ///
    /// # Errors
    /// They are not two times.
    pub fn read(times: &[&str]) -> Result<Self, InvalidWord> {
        let [after, down] = *times else {
            return Err(needs("restart-after", "two times: when and how long"));
        };
        Ok(Self {
            after: time(after)?,
            down: time(down)?,
        })
    }
}

/// Some of the things that have a name, such as requests, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Named<T> {
    /// None of them.
    #[default]
    None,
    /// These.
    Some(BTreeSet<T>),
    /// Every one.
    All,
}

impl<T> Named<T> {
    /// Whether `name` is one of them.
    pub fn contains<N>(&self, name: N) -> bool
    where
        T: PartialEq<N>,
    {
        match self {
            Self::None => false,
            Self::Some(names) => names.iter().any(|one| *one == name),
            Self::All => true,
        }
    }
}

impl<T: Ord> FromIterator<T> for Named<T> {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        let names: BTreeSet<_> = names.into_iter().collect();
        if names.is_empty() {
            Self::None
        } else {
            Self::Some(names)
        }
    }
}

/// Why a word is no misbehaviour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWord {
    /// The name, and those that there are.
    #[error("unknown misbehaviour {0:?}: known are {1}")]
    Unknown(String, &'static str),
    /// An argument, and what it is to be.
    #[error("{0:?} is not {1}")]
    Argument(String, &'static str),
    /// The name, and which arguments it needs.
    #[error("{0} needs {1}")]
    Arguments(String, &'static str),
}

/// The error when there are too many arguments or too few.
pub fn needs(name: &str, arguments: &'static str) -> InvalidWord {
    InvalidWord::Arguments(name.to_owned(), arguments)
}

/// The words of a text: one misbehaviour each.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ';' || c.is_whitespace())
        .filter(|word| !word.is_empty())
}

/// The name and the arguments of a word.
pub fn parts(word: &str) -> (&str, Vec<&str>) {
    match word.split_once(':') {
        Some((name, arguments)) => (name, arguments.split(',').collect()),
        None => (word, Vec::new()),
    }
}

/// Nothing is planned for later.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Reads an argument that is a time.
///
/// # Errors
/// It is longer than a week, or not like `500ms`, `10s` or `2m`.
pub fn time(text: &str) -> Result<Duration, InvalidWord> {
    let invalid = || InvalidWord::Argument(text.to_owned(), "a time such as 500ms, 10s or 2m");
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(invalid()),
    };
    let number: f64 = number.parse().map_err(|_| invalid())?;
    let time = Duration::try_from_secs_f64(number * seconds).map_err(|_| invalid())?;
    // A clock must be able to tell when that is.
    if time > LONGEST {
        return Err(invalid());
    }
    Ok(time)
}
