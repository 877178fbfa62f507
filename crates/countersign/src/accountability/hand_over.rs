//! `countersign accountability hand-over`

use clap::Args;
use serde_json::json;

use super::Place;
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// Hand a control plane of a system to somebody, who has to take it over
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign accountability hand-over suppliers hr --to \"Sanne Dijkstra\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct HandOver {
    #[command(flatten)]
    place: Place,
    /// Who is to answer for it: whole name or id of somebody active
    #[arg(long, value_name = "NAME|ID")]
    to: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl HandOver {
    pub(super) fn run(self) -> Exit {
        let Self { place, to, seen, flags } = self;
        flags.run(async move |client| {
            let id = id_of(client, &to).await?;
            let body = json!({ "to": id });
            let done = client.change(&place.at("hand-over"), &body, seen.seen).await?;
            let who = with_names(client, &id).await;
            let now = format!(
                "{} is handed to {who}; nothing changes until they take it over, within 14 days",
                place.words()
            );
            let command =
                format!("countersign accountability take-over {} {}", place.plane, place.system);
            Ok((done, Said { now, next: Some(format!("{who} runs `{command}`")) }))
        })
    }
}
