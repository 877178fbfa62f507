//! `countersign process define`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said};
use crate::client::input;
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// Define a process and who owns its risk
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign process define --key discharge --name \"Discharge letters\" --criticality high --owner \"Annelies Kuipers\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Define {
    /// The key by which rules and nodes name it
    #[arg(long, value_name = "KEY", value_parser = input::reference)]
    key: String,
    /// The name people use
    #[arg(long, value_name = "NAME", value_parser = input::reference)]
    name: String,
    /// How much depends on it: low, medium, high, critical
    #[arg(long, value_name = "LEVEL", value_parser = ["low", "medium", "high", "critical"])]
    criticality: String,
    /// Who owns its risk: whole name or id of somebody in the business seat
    #[arg(long, value_name = "NAME|ID")]
    owner: String,
    /// The law or a supervisor has a say: the legal seat signs exceptions too
    #[arg(long)]
    regulated: bool,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Define {
    pub(super) fn run(self) -> Exit {
        let Self { key, name, criticality, owner, regulated, flags } = self;
        flags.run(async move |client| {
            let id = id_of(client, &owner).await?;
            let body = json!({
                "key": key,
                "name": name,
                "criticality": criticality,
                "owner": id,
                "regulated": regulated,
            });
            let done = client.change(&["processes"], &body, None).await?;
            let owner = with_names(client, &id).await;
            let legal = if regulated { ", and the legal seat signs exceptions too" } else { "" };
            let now = format!("the process {name} is defined; {owner} owns its risk{legal}");
            Ok((done, Said { now, next: None }))
        })
    }
}
