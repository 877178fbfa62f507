//! `countersign run release`

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::client::Stopped;
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::send::Client;
use crate::exit::{Exit, Failure};

/// Believe a read that was held because a large share of what is known would vanish
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign run release RUN --system erp --token-file .countersign/demo/tokens/sanne-dijkstra\n(`countersign run list` shows which read is held)"
)]
pub(super) struct Release {
    /// Id of the read
    #[arg(value_name = "RUN")]
    run: Uuid,
    /// Name of its system, else it is looked for
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

/// Most pages of reads that are searched.
const PAGES_MAX: usize = 50;

/// Reads on one page.
const PAGE: usize = 200;

#[derive(Debug, Deserialize)]
struct Page {
    items: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    system: String,
}

impl Release {
    pub(super) fn run(self) -> Exit {
        let Self { run, system, seen, flags } = self;
        let run = run.to_string();
        flags.run(async move |client| {
            let system = match system {
                Some(system) => system,
                None => system_of(client, &run).await?,
            };
            let path = ["systems", &system, "runs", &run, "release"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("the read {run} of {system} counts now");
            let next = "`countersign finding list` shows what it opened and ended".to_owned();
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}

async fn system_of(client: &Client, run: &str) -> Result<String, Stopped> {
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES_MAX {
        let mut query = vec![("limit", PAGE.to_string())];
        query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
        let page: Page = client.get(&["runs"], &query).await?;
        if let Some(row) = page.items.into_iter().find(|row| row.id == run) {
            return Ok(row.system);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let words = format!("there is no read `{run}`: `countersign run list` shows those there are");
    Err(Stopped::Failed(Failure::malformed(words)))
}
