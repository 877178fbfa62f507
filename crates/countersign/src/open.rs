//! `countersign open`: the address of a page, and nothing else, so that a shell can hand it on. Asks no
//! server and opens no browser.

use clap::Args;

use crate::client::Remote;
use crate::client::send::page;
use crate::exit::{Exit, Failure};
use crate::output;

/// Print the address of the page of a finding or an exception
#[derive(Debug, Args)]
#[command(after_help = "Example: xdg-open \"$(countersign open FN-1)\"")]
pub(crate) struct Open {
    /// Reference of a finding (`FN-1`) or an exception (`EX-142`)
    #[arg(value_name = "REFERENCE")]
    reference: String,
    #[command(flatten)]
    remote: Remote,
}

/// What begins a reference, and the pages to which it belongs.
const PAGES: [(&str, &str); 2] = [("FN-", "findings"), ("EX-", "exceptions")];

impl Open {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        let address = place(&self.reference)
            .and_then(|(pages, reference)| page(&self.remote, &[pages, &reference]));
        output::finish(
            address.and_then(|address| {
                output::write(None, &format!("{address}\n")).map(|()| Exit::Done)
            }),
        )
    }
}

/// The pages to which a reference belongs, and the reference as it is written there.
fn place(text: &str) -> Result<(&'static str, String), Failure> {
    let reference = text.trim().to_ascii_uppercase();
    let known = PAGES.into_iter().find_map(|(prefix, pages)| {
        let digits = reference.strip_prefix(prefix)?;
        let number: u64 = digits.parse().ok()?;
        let is_number = number > 0 && digits.starts_with(|it: char| it.is_ascii_digit());
        is_number.then(|| (pages, format!("{prefix}{number}")))
    });
    known.ok_or_else(|| {
        Failure::malformed(format!(
            "`{text}` is no reference that has a page: give one as a list shows it, such as `FN-1` \
             or `EX-142`"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_to_its_page_however_it_is_written() {
        assert_eq!(place("FN-1").unwrap(), ("findings", "FN-1".to_owned()));
        assert_eq!(place(" ex-142 ").unwrap(), ("exceptions", "EX-142".to_owned()));
        for bad in
            ["", "FN-", "FN-0", "FN--1", "FN-1/../x", "EX 1", "1", "FN-1?x", "FN-+1", "people"]
        {
            assert!(place(bad).unwrap_err().words.contains("`FN-1`"), "{bad}");
        }
    }
}
