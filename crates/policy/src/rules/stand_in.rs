//! Puts something readable in the place of what could not be read, so that the rest of a file is read
//! and complained about in the same go. A stand-in is known by its place, which lies behind the end of
//! every file: nothing is ever said about one.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use crate::rules::word;

/// Most attempts to read one file: a key that is missing takes up to one for each kind of value.
const ATTEMPTS_MAX: usize = 300;

/// Where stand-ins begin: no file is that long.
const BEHIND: usize = usize::MAX / 2;

/// Every kind of value, the simplest of each, from the most likely to the least.
const KINDS: [&str; 5] = ["''", "0", "false", "[]", "{}"];

/// Whether a place is the one of a stand-in.
pub(crate) fn is(span: &Range<usize>) -> bool {
    span.start >= BEHIND
}

/// Reads a table into a form as far as that goes, and says every error on the way, with what does not
/// fit taken away or replaced after each. Says whether anything was. The form is nothing when no stand-in
/// could help.
pub(super) fn read<T: DeserializeOwned>(
    mut table: Spanned<DeTable<'_>>,
    mut said: impl FnMut(&Error),
) -> Option<(T, bool)> {
    let mut mending = Mending::default();
    for _ in 0..ATTEMPTS_MAX {
        let error = match T::deserialize(Deserializer::from(table.clone())) {
            Ok(form) => return Some((form, mending.is_in_doubt)),
            Err(error) => error,
        };
        let span = error.span()?;
        let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
        let first = quoted.first().copied().unwrap_or_default();
        let is_missing = error.message().starts_with("missing field");
        if !(is(&span) || is_missing && mending.took(&span, first)) {
            said(&error);
        }
        let is_mended = match quoted.split_first() {
            Some((key, _)) if is_missing => mending.add(&mut table, &span, key),
            Some((wrong, known)) if error.message().starts_with("unknown field") => {
                mending.rename(&mut table, &span, wrong, known)
            }
            _ => mending.replace(&mut table, &span),
        };
        if !is_mended {
            return None;
        }
    }
    None
}

/// What was changed in a table so that it can be read.
#[derive(Debug, Default)]
struct Mending {
    /// How many stand-ins there are.
    stand_ins: usize,
    /// Keys whose values did not fit, by the place of their table: nobody has to be told again that they
    /// are not there.
    taken: Vec<(Range<usize>, String)>,
    /// Whether anything that the author wrote is missing or another.
    is_in_doubt: bool,
}

impl Mending {
    fn took(&self, table: &Range<usize>, key: &str) -> bool {
        self.taken.iter().any(|(place, taken)| place == table && taken == key)
    }

    /// The simplest value of a kind, in a place of its own that tells the kind; nothing behind the last.
    fn stand_in(&mut self, kind: usize) -> Option<Spanned<DeValue<'static>>> {
        let value = DeValue::parse(KINDS.get(kind)?).ok()?.into_inner();
        let at = self.stand_ins.checked_mul(KINDS.len())?.checked_add(kind)?.checked_add(BEHIND)?;
        self.stand_ins = self.stand_ins.checked_add(1)?;
        self.is_in_doubt = true;
        Some(Spanned::new(at..at, value))
    }

    /// Gives a wrong key the name that was meant, as far as that is known and free; takes it away
    /// otherwise, and what it held with it.
    fn rename(
        &mut self,
        root: &mut Spanned<DeTable<'_>>,
        span: &Range<usize>,
        wrong: &str,
        known: &[&str],
    ) -> bool {
        each_table(root, &mut |_, table| {
            if !table.keys().any(|key| key.span() == *span) {
                return false;
            }
            let Some(value) = table.remove(wrong) else { return false };
            let is_free = |key: &&str| !table.contains_key(*key);
            let free: Vec<&str> = known.iter().copied().filter(is_free).collect();
            match word::nearest(wrong, &free) {
                Some(meant) => {
                    table.insert(Spanned::new(span.clone(), meant.to_owned().into()), value);
                }
                None => self.is_in_doubt = true,
            }
            true
        })
    }

    /// Adds a key that is missing to the table in that place.
    fn add(&mut self, root: &mut Spanned<DeTable<'_>>, span: &Range<usize>, key: &str) -> bool {
        each_table(root, &mut |place, table| {
            if place != span || table.contains_key(key) {
                return false;
            }
            let Some(value) = self.stand_in(0) else { return false };
            table.insert(Spanned::new(value.span(), key.to_owned().into()), value);
            true
        })
    }

    /// Takes away the value in a place that does not fit; a stand-in comes if it turns out to be needed.
    /// A stand-in is replaced by one of the next kind, and so is what stands in a list.
    fn replace(&mut self, root: &mut Spanned<DeTable<'_>>, span: &Range<usize>) -> bool {
        let kind = if is(span) {
            let kind = span.start.saturating_sub(BEHIND).checked_rem(KINDS.len());
            kind.unwrap_or_default().saturating_add(1)
        } else {
            0
        };
        each_table(root, &mut |place, table| {
            let key = table.iter().find(|(_, value)| value.span() == *span);
            let Some(key) = key.map(|(key, _)| key.get_ref().to_string()) else {
                return table.iter_mut().any(|(_, value)| self.element(value, span, kind));
            };
            if kind == 0 {
                table.remove(key.as_str());
                self.taken.push((place.clone(), key));
                self.is_in_doubt = true;
                return true;
            }
            let (Some(value), Some(new)) = (table.get_mut(key.as_str()), self.stand_in(kind))
            else {
                return false;
            };
            *value = new;
            true
        })
    }

    /// Replaces an element of a list, or of a list in it.
    fn element(
        &mut self,
        value: &mut Spanned<DeValue<'_>>,
        span: &Range<usize>,
        kind: usize,
    ) -> bool {
        let DeValue::Array(list) = value.get_mut() else { return false };
        list.iter_mut().any(|value| {
            if value.span() != *span {
                return self.element(value, span, kind);
            }
            let Some(new) = self.stand_in(kind) else { return false };
            *value = new;
            true
        })
    }
}

/// Offers each table with its place, from the outermost, until one is changed.
fn each_table<'a>(
    root: &mut Spanned<DeTable<'a>>,
    change: &mut impl FnMut(&Range<usize>, &mut DeTable<'a>) -> bool,
) -> bool {
    let span = root.span();
    within(&span, root.get_mut(), change)
}

fn within<'a>(
    span: &Range<usize>,
    table: &mut DeTable<'a>,
    change: &mut impl FnMut(&Range<usize>, &mut DeTable<'a>) -> bool,
) -> bool {
    change(span, table) || table.iter_mut().any(|(_, value)| beneath(value, change))
}

fn beneath<'a>(
    value: &mut Spanned<DeValue<'a>>,
    change: &mut impl FnMut(&Range<usize>, &mut DeTable<'a>) -> bool,
) -> bool {
    let span = value.span();
    match value.get_mut() {
        DeValue::Table(table) => within(&span, table, change),
        DeValue::Array(list) => list.iter_mut().any(|value| beneath(value, change)),
        _ => false,
    }
}
