//! Why nothing can be frozen, and how that is told.

/// Why nothing can be frozen: who is not named would be covered without anybody knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFrozen {
    /// Nobody asked for it, or the record of whom the finding affects is not there.
    NoRecord,
    /// The finding names only some of those whom it affects.
    Cut {
        /// How many it names.
        listed: u64,
        /// How many it affects.
        total: u64,
    },
}

pub(super) fn cut(why: &NotFrozen) -> String {
    match why {
        NotFrozen::NoRecord => String::new(),
        NotFrozen::Cut { listed, total } => {
            format!(": it affects {total} identities and names {listed} of them")
        }
    }
}
