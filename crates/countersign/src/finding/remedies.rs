//! `countersign finding remedies`

use clap::Args;

use super::chosen::Offer;
use crate::client::input;
use crate::client::list::{Listing, ViewFlags, read_row};
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// The changes that would break a finding, numbered as `choose --option` takes them
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding remedies FN-26 --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct Remedies {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    flags: ViewFlags,
}

const FIELDS: &[&str] = &["remedy", "system", "words", "change"];

impl Remedies {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["findings", &self.reference, "remedies"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "No change is known that would break it.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let offers = items.iter().map(read_row).collect::<Result<Vec<Offer>, _>>()?;
            let columns = [Whole("OPTION"), Whole("REMEDY"), Whole("SYSTEM"), Broken("WHAT")];
            let rows = (1..).zip(&offers).map(|(number, offer)| cells(number, offer)).collect();
            Ok(table(&columns, rows))
        })
    }
}

fn cells(number: u32, offer: &Offer) -> Vec<String> {
    let what = format!("{}\n{}", offer.words, offer.target());
    vec![number.to_string(), offer.remedy.clone(), offer.system.clone(), what]
}
