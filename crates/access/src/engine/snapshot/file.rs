//! The form of a snapshot in a file. Reading it costs one look at each number and copies none, where
//! the bytes lie on a multiple of eight and the machine puts the low byte first; elsewhere they are
//! copied.
//!
//! ```text
//! 0     magic, 8 bytes
//! 8     version of the form, u32
//! 12    ranges of slots that reach each other ("knots"), u32
//! 16    nodes, edges, and how many edges lead on, three u64
//! 40    where aside, goals, shared, lateral and leaves end, five u32
//! 64    ten times where a section begins and how long it is, in bytes, two u64; its CRC-32; zero
//! 304   CRC-32 of all before it, and zeros
//! 320   the sections, each on the next multiple of 64: slots by node, nodes by slot, holders as one
//!       bit a slot in u64, knots as pairs, and for each of onward, last and gainers the starts of the
//!       lists and their items; u32 where nothing else is said
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

use self::header::{HEADER, Header, Section};
use super::hold::{Arrays, View};
use super::list::{Lists, Sorted};
use super::{Slot, Snapshot};

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
    /// What the writer says; before anything was written when there are potential edges, which the form
    /// has no place for.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        if self.potential().is_some() {
            let what =
                "a snapshot with potential edges has no form in a file: build it from the facts";
            return Err(io::Error::new(io::ErrorKind::Unsupported, what));
        }
        let knots = self.knots.iter().flat_map(|(first, end)| [*first, *end]).collect::<Vec<_>>();
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
        ];
        let sums = sections.each_ref().map(|bytes| crc32fast::hash(bytes));
        let header = Header {
            knots: u32::try_from(self.knots.len()).unwrap_or(u32::MAX),
            nodes: wide(self.len()),
            edges: wide(self.edges()),
            onward: wide(pull.edges()),
            ends: self.ends,
            sums,
        };
        to.write_all(&header.bytes())?;
        let mut at = wide(HEADER);
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
        let mut beginning = [0; HEADER];
        let first = HEADER.min(narrow(length));
        from.read_exact(beginning.get_mut(..first).unwrap_or_default())?;
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
        let pairs = numbers(sections.of(Section::Knots), u32::from_le_bytes);
        let knots: Vec<(Slot, Slot)> =
            pairs.as_chunks().0.iter().map(|[first, end]| (*first, *end)).collect();
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
        Ok(Self { ends: header.ends, knots, hold, potential: None })
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
struct Sections<'a>([&'a [u8]; Section::ALL.len()]);

impl<'a> Sections<'a> {
    fn of(&self, section: Section) -> &'a [u8] {
        self.0.get(section as usize).copied().unwrap_or_default()
    }
}

impl Header {
    fn slices<'a>(&self, all: &'a [u8]) -> Sections<'a> {
        let slice = |place: Range<u64>| all.get(narrow(place.start)..narrow(place.end));
        Sections(self.places().map(|place| slice(place).unwrap_or_default()))
    }

    /// The sections, when they and what lies between them are as they were written.
    fn sections<'a>(&self, all: &'a [u8]) -> Result<Sections<'a>, BadFile> {
        let sections = self.slices(all);
        let sums = Section::ALL.iter().zip(&self.sums).zip(&sections.0);
        for ((section, sum), bytes) in sums {
            if crc32fast::hash(bytes) != *sum {
                return Err(BadFile::Damaged { place: section.name() });
            }
        }
        let mut at = wide(HEADER);
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
