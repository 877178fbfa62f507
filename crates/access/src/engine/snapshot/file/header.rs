//! The beginning of the file: how much there is of what. Where each section lies follows from that, so
//! a beginning is right when it is what would be written for its counts, byte by byte.

use std::ops::Range;

use super::{BadFile, wide};
use crate::engine::snapshot::Ends;

const MAGIC: [u8; 8] = *b"\x89graph\r\n";

/// How long the longest beginning is, in bytes.
pub(super) const HEADER_MAX: usize = Form::Both.header();
/// Sections begin at multiples of it: a cache line.
const LINE: u64 = 64;

/// The forms there are; each is written where no earlier one has a place for what there is. Another one
/// is added when the form changes, and when what the kernels rely on does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// All edges are proven.
    Proven,
    /// Some are potential.
    Both,
}

impl Form {
    /// The newest.
    const LAST: u32 = 2;

    fn of(version: u32) -> Option<Self> {
        [Self::Proven, Self::Both].into_iter().find(|form| form.version() == version)
    }

    const fn version(self) -> u32 {
        match self {
            Self::Proven => 1,
            Self::Both => 2,
        }
    }

    /// What lies behind the beginning.
    pub(super) fn sections(self) -> &'static [Section] {
        match self {
            Self::Proven => Section::ALL.split_at(PROVEN).0,
            Self::Both => &Section::ALL,
        }
    }

    /// Where the table of sections begins.
    const fn table(self) -> usize {
        match self {
            Self::Proven => 64,
            Self::Both => 72,
        }
    }

    /// Where the sum of all before it is.
    const fn sum(self) -> usize {
        let sections = match self {
            Self::Proven => PROVEN,
            Self::Both => Section::ALL.len(),
        };
        self.table() + 24 * sections
    }

    /// How long the beginning is, in bytes.
    pub(super) const fn header(self) -> usize {
        (self.sum() + 4).next_multiple_of(64)
    }
}

/// What lies behind the beginning, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Slots,
    Nodes,
    Holders,
    Knots,
    PullStarts,
    PullItems,
    LastStarts,
    LastItems,
    IntoStarts,
    IntoItems,
    MayKnots,
    MayStarts,
    MayItems,
}

/// Sections of what is proven.
const PROVEN: usize = 10;

impl Section {
    pub(super) const ALL: [Self; 13] = [
        Self::Slots,
        Self::Nodes,
        Self::Holders,
        Self::Knots,
        Self::PullStarts,
        Self::PullItems,
        Self::LastStarts,
        Self::LastItems,
        Self::IntoStarts,
        Self::IntoItems,
        Self::MayKnots,
        Self::MayStarts,
        Self::MayItems,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Slots => "slots by node",
            Self::Nodes => "nodes by slot",
            Self::Holders => "who is a holder",
            Self::Knots => "who reaches each other",
            Self::PullStarts => "where lists of edges that lead on begin",
            Self::PullItems => "edges that lead on",
            Self::LastStarts => "where lists of edges to goals begin",
            Self::LastItems => "edges to goals",
            Self::IntoStarts => "where lists of gainers begin",
            Self::IntoItems => "gainers",
            Self::MayKnots => "who may reach each other",
            Self::MayStarts => "where lists of potential edges begin",
            Self::MayItems => "potential edges",
        }
    }
}

/// What the beginning says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) form: Form,
    pub(super) knots: u32,
    pub(super) nodes: u64,
    pub(super) edges: u64,
    pub(super) onward: u64,
    pub(super) ends: Ends,
    /// Ranges of slots that reach each other over edges of either kind; none where all are proven.
    pub(super) may_knots: u32,
    /// Potential edges; none where all are proven.
    pub(super) may_edges: u64,
    /// By section.
    pub(super) sums: [u32; Section::ALL.len()],
}

impl Header {
    /// How long the beginning is of which this is a part.
    pub(super) fn length_of(bytes: &[u8]) -> usize {
        let form = u32_at(bytes, 8).and_then(Form::of);
        form.unwrap_or(Form::Proven).header()
    }

    /// Reads the beginning of a file that is so long in all. Nothing is allocated for what it says.
    pub(super) fn read(bytes: &[u8], length: u64) -> Result<Self, BadFile> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(BadFile::Foreign);
        }
        let found = u32_at(bytes, 8).unwrap_or_default();
        let form = Form::of(found).ok_or(BadFile::OtherVersion { found, known: Form::LAST })?;
        let header = Self::parse(form, bytes)
            .ok_or(BadFile::Length { expected: wide(form.header()), found: length })?;
        let Self { nodes, edges, onward, may_edges, .. } = header;
        let fits = |count: u64| u32::try_from(count).is_ok_and(|count| count < u32::MAX);
        let all = edges.saturating_add(may_edges);
        if !fits(nodes) || !fits(all) {
            return Err(BadFile::TooLarge { nodes, edges: all });
        }
        let is_earlier = form == Form::Both && may_edges == 0;
        let is_as_written = || bytes.get(..form.header()) == Some(header.bytes().as_slice());
        if onward > edges || is_earlier || !is_as_written() {
            return Err(BadFile::Damaged { place: "its beginning" });
        }
        let expected = header.places().last().map_or(0, |place| place.end);
        if length != expected {
            return Err(BadFile::Length { expected, found: length });
        }
        Ok(header)
    }

    fn parse(form: Form, bytes: &[u8]) -> Option<Self> {
        bytes.get(..form.header())?;
        let mut sums = [0; Section::ALL.len()];
        let places = (form.table() + 16..form.sum()).step_by(24);
        for (sum, place) in sums.iter_mut().zip(places) {
            *sum = u32_at(bytes, place)?;
        }
        let (may_knots, may_edges) = match form {
            Form::Proven => (0, 0),
            Form::Both => (u32_at(bytes, 60)?, u64_at(bytes, 64)?),
        };
        Some(Self {
            form,
            knots: u32_at(bytes, 12)?,
            nodes: u64_at(bytes, 16)?,
            edges: u64_at(bytes, 24)?,
            onward: u64_at(bytes, 32)?,
            ends: Ends {
                aside: u32_at(bytes, 40)?,
                goals: u32_at(bytes, 44)?,
                shared: u32_at(bytes, 48)?,
                lateral: u32_at(bytes, 52)?,
                leaves: u32_at(bytes, 56)?,
            },
            may_knots,
            may_edges,
            sums,
        })
    }

    /// The beginning, as it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Ends { aside, goals, shared, lateral, leaves } = self.ends;
        let mut all = Vec::with_capacity(self.form.header());
        all.extend(MAGIC);
        all.extend([self.form.version(), self.knots].map(u32::to_le_bytes).as_flattened());
        all.extend([self.nodes, self.edges, self.onward].map(u64::to_le_bytes).as_flattened());
        let ends = [aside, goals, shared, lateral, leaves, self.may_knots];
        all.extend(ends.map(u32::to_le_bytes).as_flattened());
        if self.form == Form::Both {
            all.extend(self.may_edges.to_le_bytes());
        }
        for (place, sum) in self.places().into_iter().zip(self.sums) {
            all.extend([place.start, place.end - place.start].map(u64::to_le_bytes).as_flattened());
            all.extend([sum, 0].map(u32::to_le_bytes).as_flattened());
        }
        debug_assert_eq!(all.len(), self.form.sum());
        all.extend(crc32fast::hash(&all).to_le_bytes());
        all.resize(self.form.header(), 0);
        all
    }

    /// Where each section lies. Counts are below 2^32, or nothing rests on it.
    pub(super) fn places(&self) -> Vec<Range<u64>> {
        let mut end = wide(self.form.header());
        let place = |section: &Section| {
            let start = end.next_multiple_of(LINE);
            end = start + self.length(*section);
            start..end
        };
        self.form.sections().iter().map(place).collect()
    }

    /// How long a section is, in bytes.
    fn length(&self, section: Section) -> u64 {
        match section {
            Section::Slots | Section::Nodes => 4 * self.nodes,
            Section::Holders => 8 * self.nodes.div_ceil(64),
            Section::Knots => 8 * u64::from(self.knots),
            Section::PullStarts
            | Section::LastStarts
            | Section::IntoStarts
            | Section::MayStarts => 4 * (self.nodes + 1),
            Section::PullItems => 4 * self.onward,
            Section::LastItems => 4 * self.edges.saturating_sub(self.onward),
            Section::IntoItems => 4 * self.edges,
            Section::MayKnots => 8 * u64::from(self.may_knots),
            Section::MayItems => 4 * self.may_edges,
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
