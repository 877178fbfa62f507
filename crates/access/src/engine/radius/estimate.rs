//! How many things each holder reaches, for all holders at once and nearly: HyperLogLog (Flajolet et
//! al., AofA 2007) with 256 registers and linear counting for the small, pulled through the graph as
//! rows of bytes.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{ASK_EVERY, Pace, Stage, Watch};

/// Relative standard error of one estimate: 1.04 / sqrt(256). Two in three lie within it, nineteen in
/// twenty within twice as much.
pub const BLAST_ERROR: f64 = 0.065;

const REGISTERS: usize = 256;

/// The row of what reaches nothing: its gainers note it themselves, so that it needs none.
const NOTHING_BEHIND: u32 = 0;

/// The highest rank of a register's hashes.
#[derive(Clone, Copy)]
#[repr(align(128))]
struct Registers([u8; REGISTERS]);

impl Registers {
    const NONE: Self = Self([0; REGISTERS]);

    #[inline(always)]
    fn add(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*other);
        }
    }

    fn note(&mut self, slot: Slot) {
        let hash = mixed(u64::from(slot));
        let register = usize::try_from(hash & 255).unwrap_or_default();
        let rank = u8::try_from((hash >> 8).trailing_zeros().min(40) + 1).unwrap_or_default();
        self.0[register] = self.0[register].max(rank);
    }

    /// About how many were noted.
    fn count(&self) -> f64 {
        let (mut empty, mut sum) = (0u32, 0f32);
        for rank in self.0 {
            empty += u32::from(rank == 0);
            // Two to the power of minus the rank, written as bits.
            sum += f32::from_bits((127 - u32::from(rank)) << 23);
        }
        let registers = 256.0;
        let raw = 0.718_3 * registers * registers / f64::from(sum);
        if raw <= 2.5 * registers && empty > 0 {
            return registers * (registers / f64::from(empty)).ln();
        }
        raw
    }
}

/// For each holder about how many of the slots that count it reaches, itself not among them unless on a
/// ring.
pub fn blasts(snapshot: &Snapshot, counts: impl Fn(Slot) -> bool, tell: impl FnMut(Slot, f64)) {
    let Ok(()) = blasts_within(snapshot, counts, tell, Watch::NOBODY);
}

/// The same while somebody watches, who may call it off.
///
/// # Errors
/// When it was called off. Some have been told of then.
pub fn blasts_within<E>(
    snapshot: &Snapshot,
    counts: impl Fn(Slot) -> bool,
    mut tell: impl FnMut(Slot, f64),
    watch: Watch<'_, E>,
) -> Result<(), E> {
    let mut pace = Pace::begin(watch, Stage::Pulling, snapshot.edges() + snapshot.len())?;
    let mut rows: Vec<Registers> = vec![Registers::NONE; 1];
    let end = snapshot.leaves().end;
    let mut of = vec![0u32; snapshot.leaves().start as usize];
    let mut knots = snapshot.knots().iter().copied().peekable();
    let mut slot = 0;
    while slot < end {
        let next = knots.next_if(|(from, _)| *from == slot).map_or(slot + 1, |(_, to)| to);
        let mut row = Registers::NONE;
        let lists = [snapshot.pull(), snapshot.last()].map(|lists| lists.rows(slot..next));
        for list in lists.into_iter().flat_map(|list| list.chunks(ASK_EVERY)) {
            pace.step(list.len())?;
            for gained in list {
                match of[*gained as usize] {
                    NOTHING_BEHIND if counts(*gained) => row.note(*gained),
                    NOTHING_BEHIND => {}
                    behind => row.add(&rows[behind as usize]),
                }
            }
        }
        let is_ring = next > slot + 1;
        let itself = (slot..next).filter(|slot| counts(*slot));
        if is_ring {
            itself.clone().for_each(|slot| row.note(slot));
        }
        for holder in (slot..next).filter(|slot| snapshot.is_holder(*slot)) {
            pace.step(1)?;
            tell(holder, row.count());
        }
        if slot < snapshot.leaves().start && row.0 != Registers::NONE.0 {
            itself.for_each(|slot| row.note(slot));
            of[slot as usize..next as usize].fill(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            rows.push(row);
        }
        slot = next;
    }
    Ok(())
}

/// The finisher of splitmix64 (Vigna, 2015, public domain).
fn mixed(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
