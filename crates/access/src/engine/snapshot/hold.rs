//! The arrays of a snapshot as slices, whoever holds them: vectors that a build filled, or bytes of a
//! file that somebody read or mapped. A kernel sees slices and pays for neither. That a slice and what
//! it borrows from can stand in one value without `unsafe` of ours is the crate `yoke`.

use std::sync::Arc;

use yoke::erased::ErasedArcCart;
use yoke::{Yoke, Yokeable};

use super::Slot;
use super::list::{Lists, Sorted};

/// All arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Yokeable)]
pub(super) struct View<'a> {
    /// By node.
    pub(super) slots: &'a [Slot],
    /// By slot.
    pub(super) nodes: &'a [u32],
    /// One bit a slot.
    pub(super) holder: &'a [u64],
    pub(super) pull: Lists<'a>,
    pub(super) last: Lists<'a>,
    pub(super) into: Lists<'a>,
}

/// All arrays in memory of their own.
#[derive(Debug)]
pub(super) struct Arrays {
    pub(super) slots: Vec<Slot>,
    pub(super) nodes: Vec<u32>,
    pub(super) holder: Vec<u64>,
    pub(super) pull: Sorted,
    pub(super) last: Sorted,
    pub(super) into: Sorted,
}

/// Slices together with whoever holds what they borrow.
pub(super) type Hold = Yoke<View<'static>, ErasedArcCart>;

impl Arrays {
    pub(super) fn hold(self) -> Hold {
        let arrays = Arc::new(self);
        Yoke::<View<'static>, _>::attach_to_cart(arrays, Self::view).erase_arc_cart()
    }

    fn view(&self) -> View<'_> {
        View {
            slots: &self.slots,
            nodes: &self.nodes,
            holder: &self.holder,
            pull: self.pull.lists(),
            last: self.last.lists(),
            into: self.into.lists(),
        }
    }
}
