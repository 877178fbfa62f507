//! `countersign accountability attest`

use clap::Args;
use serde_json::json;

use super::Place;
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::exit::Exit;

/// Say that you answer for a control plane of a system
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign accountability attest detection erp --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Attest {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Attest {
    pub(super) fn run(self) -> Exit {
        let Self { place, seen, flags } = self;
        flags.run(async move |client| {
            let done = client.change(&place.at("attest"), &json!({}), seen.seen).await?;
            let now = format!("you answer for {}, said today", place.words());
            Ok((done, Said { now, next: None }))
        })
    }
}
