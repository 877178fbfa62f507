//! Every statement of this crate in one list, so that a test can have both databases prepare each.

use crate::driver::Driver;
use crate::{event, idempotency, job, lease, migrate, reached, seal, stage, state, text, token};
use crate::{project, read};

/// Every statement, as this database gets it.
pub(crate) fn all(driver: &Driver) -> Vec<&'static str> {
    let fixed: [&[&'static str]; 20] = [
        event::statements(),
        idempotency::statements(),
        lease::statements(),
        migrate::statements(),
        project::finding::statements(),
        project::person::statements(),
        project::process::statements(),
        project::system::statements(),
        reached::statements(),
        read::finding::statements(),
        read::leaf::statements(),
        read::person::statements(),
        read::process::statements(),
        read::run::statements(),
        read::system::statements(),
        seal::statements(),
        stage::statements(),
        stage::accept::statements(),
        stage::run::statements(),
        state::statements(),
    ];
    let mut all = fixed.concat();
    all.extend_from_slice(text::statements());
    all.extend_from_slice(token::statements());
    all.extend(job::statements(driver));
    all
}
