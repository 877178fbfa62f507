//! The closed vocabularies that rules are written in, and the nearest word to a wrong one.

use std::ops::Range;

use countersign_access::edge::EdgeKind;
use countersign_access::node::NodeKind;
use countersign_access::rule::{Class, Severity};

use crate::rules::malformed::Marks;

/// The severities, mildest first.
pub(crate) const SEVERITIES: [Severity; 4] =
    [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

/// The classes of rule.
pub(crate) const CLASSES: [Class; 6] = [
    Class::ToxicPair,
    Class::SelfEscalation,
    Class::PowerOverOthers,
    Class::Administrator,
    Class::Exposure,
    Class::Hygiene,
];

/// An enum whose variants are words of a closed vocabulary.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident is $noun:literal {
        $($(#[doc = $doc:literal])+ $variant:ident = $text:literal),+ $(,)?
    }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])+ $variant),+ }
        impl $crate::rules::word::Word for $name {
            const NOUN: &'static str = $noun;
            fn all() -> &'static [Self] { &[$(Self::$variant),+] }
            fn text(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
        }
        impl $name {
            /// The word in files and outputs.
            #[must_use]
            pub fn as_str(self) -> &'static str { $crate::rules::word::Word::text(self) }
        }
    };
}
pub(crate) use words;

/// A word of a closed vocabulary.
pub(crate) trait Word: Copy + 'static {
    /// What people call this sort of word.
    const NOUN: &'static str;
    /// All words, in the order of the documentation.
    fn all() -> &'static [Self];
    /// The word as it is written.
    fn text(self) -> &'static str;
}

impl Word for Severity {
    const NOUN: &'static str = "severity";
    fn all() -> &'static [Self] {
        &SEVERITIES
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

impl Word for Class {
    const NOUN: &'static str = "class";
    fn all() -> &'static [Self] {
        &CLASSES
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

impl Word for NodeKind {
    const NOUN: &'static str = "kind of node";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

impl Word for EdgeKind {
    const NOUN: &'static str = "kind of edge";
    fn all() -> &'static [Self] {
        &Self::ALL
    }
    fn text(self) -> &'static str {
        self.as_str()
    }
}

/// The words as they are written, for the schema.
pub(crate) fn texts<W: Word>() -> Vec<&'static str> {
    W::all().iter().map(|word| word.text()).collect()
}

/// Reads one word, or notes what is wrong and which word would be near.
pub(crate) fn read<W: Word>(text: &str, span: &Range<usize>, marks: &mut Marks<'_>) -> Option<W> {
    let found = W::all().iter().copied().find(|word| word.text() == text);
    if found.is_none() {
        let known = texts::<W>();
        marks.fault(span, format!("unknown {} `{text}`: {}", W::NOUN, advice(text, &known)));
    }
    found
}

/// What to write instead of an unknown word: the nearest known one, or all of them.
pub(crate) fn advice(wrong: &str, known: &[&str]) -> String {
    match nearest(wrong, known) {
        Some(near) => format!("write `{near}`"),
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("write one of {}", list(known)),
    }
}

/// Words in backticks with commas between.
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The known word that a person most likely meant, when one is near enough.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    const NEAR: f64 = 0.6;
    known
        .iter()
        .map(|word| (strsim::normalized_damerau_levenshtein(&wrong.to_lowercase(), word), *word))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, word)| word)
}
