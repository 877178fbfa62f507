//! `countersign accountability take-over`

use clap::Args;
use serde_json::json;

use super::Place;
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::exit::Exit;

/// Take over a control plane of a system that was handed to you
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign accountability take-over suppliers hr --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct TakeOver {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl TakeOver {
    pub(super) fn run(self) -> Exit {
        let Self { place, seen, flags } = self;
        flags.run(async move |client| {
            let done = client.change(&place.at("take-over"), &json!({}), seen.seen).await?;
            let now = format!("from now on you answer for {}", place.words());
            Ok((done, Said { now, next: None }))
        })
    }
}
