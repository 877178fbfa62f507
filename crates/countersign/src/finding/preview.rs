//! `countersign finding preview`: what the chosen change would run. Nothing is run by it.

use std::fmt::Write as _;

use clap::Args;
use owo_colors::OwoColorize;
use serde::Deserialize;
use serde_json::Value;

use crate::client::list::read_row;
use crate::client::send::Client;
use crate::client::{Format, Remote, Stopped, input};
use crate::exit::Exit;
use crate::output::{self, plain, wrap};

/// The exact statements of the chosen remedy, their undo, and what stands in the way
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding preview FN-26 --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Preview {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Shown {
    system: String,
    read_only: bool,
    script: Vec<String>,
    undo: Vec<String>,
    obstacles: Vec<String>,
}

impl Preview {
    pub(super) fn run(self) -> Exit {
        let Self { reference, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            preview(client, &reference, format).await
        })
    }
}

/// Asks for the preview and shows it.
///
/// # Errors
/// When nothing is chosen, or the system does not answer.
pub(super) async fn preview(
    client: &Client,
    reference: &str,
    format: Format,
) -> Result<String, Stopped> {
    let sent: Value = client.get(&["findings", reference, "preview"], &[]).await?;
    match format {
        Format::Json => Ok(output::json(&sent)?),
        Format::Table => Ok(words(&read_row(&sent)?)),
    }
}

fn words(shown: &Shown) -> String {
    let system = plain(&shown.system);
    let by = if shown.read_only { "a person runs, by hand," } else { "an order would run" };
    let mut text = String::new();
    let _infallible = writeln!(text, "{}", format!("What {by} in {system}").bold());
    statements(&mut text, &shown.script);
    let _infallible = writeln!(text, "\n{}", "What takes it back".bold());
    statements(&mut text, &shown.undo);
    if shown.obstacles.is_empty() {
        let _infallible = writeln!(text, "\nNothing stands in the way. Nothing was run.");
        return text;
    }
    let _infallible = writeln!(text, "\n{}", "What stands in the way".red().bold());
    for obstacle in &shown.obstacles {
        text.push_str(&wrap(&plain(obstacle), "  "));
    }
    text.push_str("\nNothing was run.\n");
    text
}

/// Statements stand as they are, so that they can be copied.
fn statements(text: &mut String, statements: &[String]) {
    if statements.is_empty() {
        text.push_str("  nothing\n");
    }
    for statement in statements {
        for line in plain(statement).lines() {
            let _infallible = writeln!(text, "  {line}");
        }
    }
}
