//! The beginning of the file: how much there is of what. Where each section lies follows from that, so
//! a beginning is right when it is what would be written for its counts, byte by byte.

use std::ops::Range;

use super::{BadFile, wide};
use crate::engine::snapshot::Ends;

const MAGIC: [u8; 8] = *b"\x89graph\r\n";
/// Raised when the form changes, and when what the kernels rely on does.
const VERSION: u32 = 1;

/// How long the beginning is, in bytes.
pub(super) const HEADER: usize = 320;
/// Sections begin at multiples of it: a cache line.
const LINE: u64 = 64;
const TABLE: usize = 64;
const SUM: usize = 304;

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
}

impl Section {
    pub(super) const ALL: [Self; 10] = [
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
        }
    }
}

/// What the beginning says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) knots: u32,
    pub(super) nodes: u64,
    pub(super) edges: u64,
    pub(super) onward: u64,
    pub(super) ends: Ends,
    pub(super) sums: [u32; Section::ALL.len()],
}

impl Header {
    /// Reads the beginning of a file that is so long in all. Nothing is allocated.
    pub(super) fn read(bytes: &[u8], length: u64) -> Result<Self, BadFile> {
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(BadFile::Foreign);
        }
        let found = u32_at(bytes, 8);
        if found != Some(VERSION) {
            let found = found.unwrap_or_default();
            return Err(BadFile::OtherVersion { found, known: VERSION });
        }
        let header =
            Self::parse(bytes).ok_or(BadFile::Length { expected: wide(HEADER), found: length })?;
        let Self { nodes, edges, onward, .. } = header;
        let fits = |count: u64| u32::try_from(count).is_ok_and(|count| count < u32::MAX);
        if !fits(nodes) || !fits(edges) {
            return Err(BadFile::TooLarge { nodes, edges });
        }
        if onward > edges || bytes.get(..HEADER) != Some(&header.bytes()) {
            return Err(BadFile::Damaged { place: "its beginning" });
        }
        let [.., Range { end: expected, .. }] = header.places();
        if length != expected {
            return Err(BadFile::Length { expected, found: length });
        }
        Ok(header)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        bytes.get(..HEADER)?;
        let mut sums = [0; Section::ALL.len()];
        for (sum, place) in sums.iter_mut().zip((TABLE + 16..).step_by(24)) {
            *sum = u32_at(bytes, place)?;
        }
        Some(Self {
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
            sums,
        })
    }

    /// The beginning, as it is written.
    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let Ends { aside, goals, shared, lateral, leaves } = self.ends;
        let mut all = Vec::with_capacity(HEADER);
        all.extend(MAGIC);
        all.extend([VERSION, self.knots].map(u32::to_le_bytes).as_flattened());
        all.extend([self.nodes, self.edges, self.onward].map(u64::to_le_bytes).as_flattened());
        let ends = [aside, goals, shared, lateral, leaves, 0];
        all.extend(ends.map(u32::to_le_bytes).as_flattened());
        for (place, sum) in self.places().into_iter().zip(self.sums) {
            all.extend([place.start, place.end - place.start].map(u64::to_le_bytes).as_flattened());
            all.extend([sum, 0].map(u32::to_le_bytes).as_flattened());
        }
        debug_assert_eq!(all.len(), SUM);
        all.extend(crc32fast::hash(&all).to_le_bytes());
        all.resize(HEADER, 0);
        all.try_into().unwrap_or([0; HEADER])
    }

    /// Where each section lies. Counts are below 2^32, or nothing rests on it.
    pub(super) fn places(&self) -> [Range<u64>; Section::ALL.len()] {
        let mut end = wide(HEADER);
        Section::ALL.map(|section| {
            let start = end.next_multiple_of(LINE);
            end = start + self.length(section);
            start..end
        })
    }

    /// How long a section is, in bytes.
    fn length(&self, section: Section) -> u64 {
        match section {
            Section::Slots | Section::Nodes => 4 * self.nodes,
            Section::Holders => 8 * self.nodes.div_ceil(64),
            Section::Knots => 8 * u64::from(self.knots),
            Section::PullStarts | Section::LastStarts | Section::IntoStarts => 4 * (self.nodes + 1),
            Section::PullItems => 4 * self.onward,
            Section::LastItems => 4 * self.edges.saturating_sub(self.onward),
            Section::IntoItems => 4 * self.edges,
        }
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}
