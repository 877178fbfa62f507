//! `countersign system sync`

use std::fmt::Write as _;

use clap::Args;
use countersign_access::fact::Unreadable;
use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::list::read_row;
use crate::client::{Format, Remote, input, moment};
use crate::exit::Exit;
use crate::output::{self, plain, wrap};

/// Read a system now; what it shows is judged right after
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign system sync erp --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Sync {
    /// Its configured name
    #[arg(value_name = "NAME", value_parser = input::reference)]
    name: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show what was seen
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What a read saw.
#[derive(Debug, Deserialize)]
struct Synced {
    run: String,
    read_at: Timestamp,
    position: Option<i64>,
    facts: u64,
    unreadable: Vec<Unreadable>,
}

/// Most unreadable places that are named.
const NAMED_MAX: usize = 20;

impl Sync {
    pub(super) fn run(self) -> Exit {
        let Self { name, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let path = ["systems", &name, "sync"];
            let sent: Value = client.change(&path, &json!({}), None).await?;
            match format {
                Format::Json => Ok(output::json(&sent)?),
                Format::Table => Ok(words(&name, &read_row(&sent)?)),
            }
        })
    }
}

fn words(name: &str, synced: &Synced) -> String {
    let at = moment::shown(synced.read_at);
    let mut text = format!("{} read on {at}: {} facts\n", plain(name), synced.facts);
    if synced.position.is_none() {
        let held = format!(
            "held, because a large share of what is known would vanish; somebody in the control seat \
             looks at it, then `countersign run release {}`",
            synced.run
        );
        text.push_str(&wrap(&held, ""));
    }
    if synced.unreadable.is_empty() {
        text.push_str("everything could be read\n");
        return text;
    }
    let count = synced.unreadable.len();
    let _infallible = writeln!(text, "{}", format!("{count} places could not be read").red());
    for unreadable in synced.unreadable.iter().take(NAMED_MAX) {
        let words = format!("{}: {}", plain(&unreadable.place), plain(&unreadable.why));
        text.push_str(&wrap(&words, "  "));
    }
    let more = count.saturating_sub(NAMED_MAX);
    if more > 0 {
        let _infallible = writeln!(text, "  {more} more: use `--format json`");
    }
    text
}
