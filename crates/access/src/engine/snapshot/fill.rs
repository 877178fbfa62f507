//! Work that two threads share, each from its end: one puts items behind what is there from the front,
//! the other before what is there from the back, in one order. What comes out is the same as when one does
//! both, and neither has to know where the other ends.

use std::sync::atomic::{AtomicU32, Ordering};
use std::{panic, thread};

/// Numbers on the smallest page that a system hands out.
const PAGE: usize = 1024;

/// Numbers that both threads write, each at places of its own.
pub(super) struct Shared(Vec<AtomicU32>);

impl Shared {
    /// So many zeros; memory that is not written yet is not touched.
    pub(super) fn zeros(count: usize) -> Self {
        Self(vec![0u32; count].into_iter().map(AtomicU32::new).collect())
    }

    /// Writes one; nothing where there is no such place.
    #[inline(always)]
    pub(super) fn put(&self, place: u32, value: u32) {
        if let Some(at) = self.0.get(place as usize) {
            at.store(value, Ordering::Relaxed);
        }
    }

    /// Writes to each page, so that the system has handed out its memory before it is needed.
    pub(super) fn touch(&self) {
        self.0.iter().step_by(PAGE).for_each(|at| at.store(0, Ordering::Relaxed));
    }

    pub(super) fn done(self) -> Vec<u32> {
        self.0.into_iter().map(AtomicU32::into_inner).collect()
    }
}

/// Both halves of some work, at once where there are two threads for it.
///
/// # Errors
/// What either says, that of the first before that of the second.
pub(super) fn halves<A, B: Send, E: Send>(
    at_once: bool,
    one: impl FnOnce() -> Result<A, E>,
    other: impl FnOnce() -> Result<B, E> + Send,
) -> Result<(A, B), E> {
    if !at_once {
        return Ok((one()?, other()?));
    }
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other.join().unwrap_or_else(|why| panic::resume_unwind(why));
        Ok((one?, other?))
    })
}
