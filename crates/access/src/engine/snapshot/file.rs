//! The form of a snapshot in a file. Reading it costs one look at each number and copies none, where
//! the bytes lie on a multiple of eight and the machine puts the low byte first; elsewhere they are
//! copied.
//!
//! ```text
//! 0     magic, 8 bytes
//! 8     the form, u32: 1 where all edges are proven, 2 where some are potential
//! 12    ranges of slots that reach each other ("knots"), u32
//! 16    nodes, edges, and how many edges lead on, three u64
//! 40    where aside, goals, shared, lateral and leaves end, five u32
//! 60    form 1: zero; form 2: ranges of slots that reach each other over edges of either kind, u32
//! 64    form 2 only: potential edges, u64
//! 64,   ten times in form 1 and thirteen times in form 2, where a section begins and how long it is,
//! 72    in bytes, two u64; its CRC-32; zero
//! 304,  CRC-32 of all before it, and zeros
//! 384
//! 320,  the sections, each on the next multiple of 64: slots by node, nodes by slot, holders as one
//! 448   bit a slot in u64, knots as pairs, and for each of onward, last and gainers the starts of the
//!       lists and their items; in form 2 the knots of all edges, and starts and items of the lists of
//!       potential edges by who gains; u32 where nothing else is said
//! ```
//!
//! All numbers have their low byte first. The same snapshot has the same bytes, always.
//!
//! A sum is CRC-32 as in IEEE 802.3 and RFC 1952. It finds what a disk or an interrupted copy does: a
//! wrong bit, and wrong bits within 32 of each other, for certain, anything else all but once in 2^32. It
//! takes 7 ms for a million identities, where SHA-256 takes 100 ms. It does not find what somebody who may
//! write the file does on purpose. Nothing rests on that: whatever the sums say, all that the kernels rely
//! on is looked at, number by number, before a file becomes a [`Snapshot`].

mod header;
mod sound;

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::Arc;

use bytemuck::{Pod, cast_slice, cast_slice_mut, try_cast_slice};
use yoke::Yoke;

use self::header::{Form, HEADER_MAX, Header, Section};
use super::hold::{Arrays, View};
use super::list::{Lists, Sorted};
use super::{Potential, Slot, Snapshot};
use crate::engine::watch::Pace;

/// Why bytes are no snapshot. None of it is anybody's loss: a snapshot is built from the facts again.
#[derive(Debug, thiserror::Error)]
pub enum BadFile {
    /// Something else.
    #[error("this is no snapshot of a graph: it does not begin as one")]
    Foreign,
    /// Written by another release.
    #[error("the snapshot is of form {found} and this release reads form {known}: build it anew")]
    OtherVersion {
        /// What it says.
        found: u32,
        /// What is read here.
        known: u32,
    },
    /// More nodes or edges than numbers of 32 bits can name.
    #[error(
        "the snapshot says that it has {nodes} nodes and {edges} edges, more than one graph can hold \
         (4,294,967,294 of each)"
    )]
    TooLarge {
        /// What it says.
        nodes: u64,
        /// What it says.
        edges: u64,
    },
    /// Cut off, or with something behind it.
    #[error("the snapshot is {found} bytes long and should be {expected}: build it anew")]
    Length {
        /// As its beginning says.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// Other bytes than were written.
    #[error("the snapshot is damaged ({place}): build it anew, and look after the disk")]
    Damaged {
        /// Which part.
        place: &'static str,
    },
    /// The bytes are those that were written, and whoever wrote them was wrong.
    #[error("the snapshot contradicts itself ({what}): build it anew")]
    Unsound {
        /// Which rule does not hold.
        what: &'static str,
    },
    /// Reading failed before anything could be said.
    #[error("the snapshot cannot be read")]
    Unreadable(#[from] io::Error),
}

impl Snapshot {
    /// Writes the form that [`Snapshot::read`] and [`Snapshot::over`] take.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let potential = self.potential();
        let (knots, may_knots) = (
            flat(&self.knots),
            potential.map(|potential| flat(potential.knots())).unwrap_or_default(),
        );
        let may = potential.map(Potential::lists).unwrap_or_default();
        let view = self.view();
        let (pull, last, into) = (view.pull, view.last, view.into);
        let sections = [
            low_first(view.slots, u32::to_le),
            low_first(view.nodes, u32::to_le),
            low_first(view.holder, u64::to_le),
            low_first(&knots, u32::to_le),
            low_first(pull.starts, u32::to_le),
            low_first(pull.items, u32::to_le),
            low_first(last.starts, u32::to_le),
            low_first(last.items, u32::to_le),
            low_first(into.starts, u32::to_le),
            low_first(into.items, u32::to_le),
            low_first(&may_knots, u32::to_le),
            low_first(may.starts, u32::to_le),
            low_first(may.items, u32::to_le),
        ];
        let pairs = |numbers: &[u32]| u32::try_from(numbers.len() / 2).unwrap_or(u32::MAX);
        let header = Header {
            form: if potential.is_some() { Form::Both } else { Form::Proven },
            knots: pairs(&knots),
            nodes: wide(self.len()),
            edges: wide(self.edges()),
            onward: wide(pull.edges()),
            ends: self.ends,
            may_knots: pairs(&may_knots),
            may_edges: wide(may.edges()),
            sums: sections.each_ref().map(|bytes| crc32fast::hash(bytes)),
        };
        to.write_all(&header.bytes())?;
        let mut at = wide(header.form.header());
        for (bytes, place) in sections.iter().zip(header.places()) {
            to.write_all(ZEROS.get(..narrow(place.start - at)).unwrap_or_default())?;
            to.write_all(bytes)?;
            at = place.end;
        }
        Ok(())
    }

    /// Reads a file of so many bytes into memory that its numbers fit, once. Memory is asked for when
    /// the beginning of the file was found right, and never more than the file is long.
    ///
    /// # Errors
    /// When reading fails or the bytes are no snapshot. They were not changed and can be set aside.
    pub fn read(from: &mut impl Read, length: u64) -> Result<Self, BadFile> {
        let mut beginning = [0; HEADER_MAX];
        let shortest = Form::Proven.header().min(narrow(length));
        from.read_exact(beginning.get_mut(..shortest).unwrap_or_default())?;
        let first = Header::length_of(&beginning).min(narrow(length));
        from.read_exact(beginning.get_mut(shortest..first).unwrap_or_default())?;
        let beginning = beginning.get(..first).unwrap_or_default();
        Header::read(beginning, length)?;
        let length = narrow(length);
        let mut bytes = Aligned { words: vec![0; length.div_ceil(8)], length };
        let all = cast_slice_mut(&mut bytes.words);
        let (start, rest) = all.split_at_mut_checked(first).unwrap_or_default();
        start.copy_from_slice(beginning);
        from.read_exact(rest.get_mut(..length - first).unwrap_or_default())?;
        Self::over(bytes)
    }

    /// A snapshot over bytes that stay as they are while it lives, of a mapped file for instance. They
    /// are borrowed; they are copied where they do not lie on a multiple of eight, or on machines that
    /// put the high byte first. All of them are looked at here, in time that is linear in their number.
    ///
    /// # Errors
    /// When they are no snapshot.
    pub fn over(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, BadFile> {
        let all = bytes.as_ref();
        let header = Header::read(all, wide(all.len()))?;
        let sections = header.sections(all)?;
        let knots = pairs(sections.of(Section::Knots));
        let may = (header.form == Form::Both).then(|| May::copied(&sections));
        let hold = if View::borrowed(&sections).is_some() {
            let hold = Yoke::<View<'static>, _>::try_attach_to_cart(Arc::new(bytes), |bytes| {
                let sections = header.slices(bytes.as_ref());
                View::borrowed(&sections).ok_or(BadFile::Damaged { place: "its bytes have moved" })
            });
            hold?.erase_arc_cart()
        } else {
            Arrays::copied(&sections).hold()
        };
        sound::check(hold.get(), header.ends, &knots)?;
        let mut snapshot = Self { ends: header.ends, knots, hold, potential: None };
        if let Some(May { lists, knots }) = may {
            sound::check_lists(lists.lists(), snapshot.len())?;
            let Ok(potential) =
                Potential::over(lists, knots, snapshot.view().into, &mut Pace::nobody());
            sound::check_both(&snapshot, &potential)?;
            snapshot.potential = Some(Arc::new(potential));
        }
        Ok(snapshot)
    }
}

/// What a file says of potential edges.
struct May {
    lists: Sorted,
    knots: Vec<(Slot, Slot)>,
}

impl May {
    fn copied(sections: &Sections<'_>) -> Self {
        let slots = |section| numbers(sections.of(section), u32::from_le_bytes);
        let lists = Sorted { starts: slots(Section::MayStarts), items: slots(Section::MayItems) };
        Self { lists, knots: pairs(sections.of(Section::MayKnots)) }
    }
}

/// Bytes of a file in memory that begins on a multiple of eight.
struct Aligned {
    words: Vec<u64>,
    length: usize,
}

impl AsRef<[u8]> for Aligned {
    fn as_ref(&self) -> &[u8] {
        cast_slice(&self.words).get(..self.length).unwrap_or_default()
    }
}

/// The bytes of each section.
struct Sections<'a>(Vec<&'a [u8]>);

impl<'a> Sections<'a> {
    fn of(&self, section: Section) -> &'a [u8] {
        self.0.get(section as usize).copied().unwrap_or_default()
    }
}

impl Header {
    fn slices<'a>(&self, all: &'a [u8]) -> Sections<'a> {
        let slice = |place: Range<u64>| all.get(narrow(place.start)..narrow(place.end));
        let places = self.places().into_iter();
        Sections(places.map(|place| slice(place).unwrap_or_default()).collect())
    }

    /// The sections, when they and what lies between them are as they were written.
    fn sections<'a>(&self, all: &'a [u8]) -> Result<Sections<'a>, BadFile> {
        let sections = self.slices(all);
        let sums = self.form.sections().iter().zip(&self.sums).zip(&sections.0);
        for ((section, sum), bytes) in sums {
            if crc32fast::hash(bytes) != *sum {
                return Err(BadFile::Damaged { place: section.name() });
            }
        }
        let mut at = wide(self.form.header());
        for place in self.places() {
            let between = all.get(narrow(at)..narrow(place.start)).unwrap_or_default();
            if between.iter().any(|byte| *byte != 0) {
                return Err(BadFile::Damaged { place: "between two sections" });
            }
            at = place.end;
        }
        Ok(sections)
    }
}

impl<'a> View<'a> {
    fn borrowed(sections: &Sections<'a>) -> Option<Self> {
        if cfg!(target_endian = "big") {
            return None;
        }
        let slots = |section| try_cast_slice(sections.of(section)).ok();
        let lists = |starts, items| Some(Lists { starts: slots(starts)?, items: slots(items)? });
        Some(Self {
            slots: slots(Section::Slots)?,
            nodes: slots(Section::Nodes)?,
            holder: try_cast_slice(sections.of(Section::Holders)).ok()?,
            pull: lists(Section::PullStarts, Section::PullItems)?,
            last: lists(Section::LastStarts, Section::LastItems)?,
            into: lists(Section::IntoStarts, Section::IntoItems)?,
        })
    }
}

impl Arrays {
    fn copied(sections: &Sections<'_>) -> Self {
        let slots = |section| numbers(sections.of(section), u32::from_le_bytes);
        let lists = |starts, items| Sorted { starts: slots(starts), items: slots(items) };
        Self {
            slots: slots(Section::Slots),
            nodes: slots(Section::Nodes),
            holder: numbers(sections.of(Section::Holders), u64::from_le_bytes),
            pull: lists(Section::PullStarts, Section::PullItems),
            last: lists(Section::LastStarts, Section::LastItems),
            into: lists(Section::IntoStarts, Section::IntoItems),
        }
    }
}

const ZEROS: [u8; 64] = [0; 64];

fn numbers<const BYTES: usize, N>(bytes: &[u8], number: impl Fn([u8; BYTES]) -> N) -> Vec<N> {
    bytes.as_chunks().0.iter().map(|bytes| number(*bytes)).collect()
}

fn pairs(bytes: &[u8]) -> Vec<(Slot, Slot)> {
    let numbers = numbers(bytes, u32::from_le_bytes);
    numbers.as_chunks().0.iter().map(|[first, end]| (*first, *end)).collect()
}

fn flat(pairs: &[(Slot, Slot)]) -> Vec<u32> {
    pairs.iter().flat_map(|(first, end)| [*first, *end]).collect()
}

/// Numbers as bytes with the low one first.
fn low_first<N: Pod>(numbers: &[N], turn: impl Fn(N) -> N) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        return Cow::Borrowed(cast_slice(numbers));
    }
    let turned: Vec<N> = numbers.iter().map(|number| turn(*number)).collect();
    Cow::Owned(cast_slice(&turned).to_vec())
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// What does not fit is past the end of all bytes there are.
fn narrow(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
