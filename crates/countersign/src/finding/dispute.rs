//! `countersign finding dispute`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say that a finding is not toxic; the rule's owner answers
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding dispute FN-27 --reason \"both duties are needed at night, with a second reader\" --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct Dispute {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Dispute {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["findings", &reference, "dispute"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is disputed; its clock runs on until that is answered");
            let next = format!(
                "somebody else in the security seat answers with `countersign finding settle {reference}`"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
