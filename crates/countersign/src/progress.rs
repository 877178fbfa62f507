//! How far long work is, in one line of standard error that goes away when it is done. Nothing is shown
//! of work that takes less than a second, nor where nobody looks: a file or a pipe gets none of it.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes less shows nothing.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// One piece of work.
pub(crate) struct Progress {
    line: ProgressBar,
    shown_from: Instant,
}

impl Progress {
    /// Of work that begins now.
    pub(crate) fn on_standard_error() -> Self {
        Self::on(ProgressDrawTarget::stderr(), SHOWN_AFTER)
    }

    fn on(target: ProgressDrawTarget, after: Duration) -> Self {
        let now = Instant::now();
        let style = ProgressStyle::default_spinner();
        let line = ProgressBar::with_draw_target(None, target).with_style(style);
        Self { line, shown_from: now.checked_add(after).unwrap_or(now) }
    }

    /// So many of how many are done.
    pub(crate) fn tell(&self, what: &str, done: usize, all: usize) {
        if Instant::now() >= self.shown_from {
            self.line.set_message(format!("{done} of {all} {what}"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    fn shown(after: Duration) -> (InMemoryTerm, Progress) {
        let term = InMemoryTerm::new(2, 60);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        let progress = Progress::on(target, after);
        progress.tell("rules judged", 3, 100);
        (term, progress)
    }

    #[test]
    fn long_work_says_how_far_it_is_and_leaves_nothing_behind() {
        let (term, progress) = shown(Duration::ZERO);
        assert!(term.contents().ends_with("3 of 100 rules judged"), "`{}`", term.contents());
        drop(progress);
        assert_eq!(term.contents(), "");
    }

    #[test]
    fn short_work_shows_nothing() {
        let (term, _progress) = shown(Duration::from_secs(60));
        assert_eq!(term.contents(), "");
    }
}
