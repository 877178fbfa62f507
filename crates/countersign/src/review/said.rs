//! An event of a review's history in a sentence, with the words that go with it. An event that this version
//! does not know is shown by its name.

use crate::client::entry::Entry;
use crate::client::people::People;
use crate::client::told::{Told, quoted, refused};

/// An event in words.
pub(super) fn told(entry: &Entry, _: &People) -> Told {
    let count = |pointer: &str| entry.number(pointer).unwrap_or(0);
    match entry.what().as_str() {
        "staged" => Told::new(format!("planned it over {} items", count("/in_scope")))
            .with(quoted(entry, "/plan/title")),
        "started" => Told::new(format!("started it, with {} items to come", count("/expected"))),
        "opened" => Told::new(format!("put all {} items before people", count("/items"))),
        "paused" => Told::new("let it rest").with(quoted(entry, "/reason")),
        "resumed" => Told::new("let it go on"),
        "decided" => Told::new(format!(
            "saw that all is decided: {} kept, {} to change",
            count("/kept"),
            count("/to_change")
        )),
        "proven" => Told::new(format!(
            "saw every change proven: {} kept, {} changed",
            count("/kept"),
            count("/proven")
        )),
        "accepted" => Told::new("accepted it as an auditor").with(quoted(entry, "/reason")),
        "rejected" => Told::new("rejected it as an auditor").with(quoted(entry, "/reason")),
        "cancelled" => Told::new("ended it before it was through").with(quoted(entry, "/reason")),
        "refused" => refused(entry),
        _ => Told::new(entry.name.clone()),
    }
}
