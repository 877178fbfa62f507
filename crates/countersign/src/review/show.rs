//! `countersign review show`: how far a review is, who is silent, and how people decide.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::table::field;
use crate::client::{Format, Remote, input, moment};
use crate::exit::Exit;
use crate::output;

/// How far a review is, who is silent, and how people decide
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review show RV-1 --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Show {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Whole {
    reference: String,
    title: String,
    status: String,
    items: i64,
    progress: Progress,
    stages: Vec<Stage>,
    silent: Vec<Silent>,
    quality: Quality,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Progress {
    items: i64,
    open: i64,
    kept: i64,
    changing: i64,
    proven: i64,
}

#[derive(Debug, Deserialize)]
struct Stage {
    number: usize,
    open: i64,
    decided: i64,
    due_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct Silent {
    person: String,
    stage: i64,
    items: i64,
}

#[derive(Debug, Deserialize)]
struct Quality {
    decisions: i64,
    in_bulk: i64,
    median_seconds: Option<i64>,
    with_use: i64,
    against_use: i64,
}

impl Show {
    pub(super) fn run(self) -> Exit {
        let Self { reference, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let sent: Value = client.get(&["reviews", &reference], &[]).await?;
            if format == Format::Json {
                return Ok(output::json(&sent)?);
            }
            let whole: Whole = read_row(&sent)?;
            let people = People::read(client).await?;
            Ok(words(&whole, &people))
        })
    }
}

fn words(it: &Whole, people: &People) -> String {
    let progress = &it.progress;
    let mut text = field("review", &format!("{} {}", it.reference, it.title));
    let mut status = it.status.clone();
    if it.status == "opening" {
        status = format!("opening, {} of {} items are there", progress.items, it.items);
    }
    if let Some(reason) = &it.reason {
        status.push_str(&format!(": \u{201c}{reason}\u{201d}"));
    }
    text.push_str(&field("status", &status));
    text.push_str(&field(
        "items",
        &format!(
            "{}: {} open, {} kept, {} to change, {} changed with proof",
            progress.items, progress.open, progress.kept, progress.changing, progress.proven
        ),
    ));
    for stage in &it.stages {
        let due = stage.due_at.map(|due| format!(", over {}", moment::shown(due)));
        let words =
            format!("{} open, {} decided{}", stage.open, stage.decided, due.unwrap_or_default());
        text.push_str(&field(&format!("stage {}", stage.number), &words));
    }
    for it in &it.silent {
        let words =
            format!("{} has {} to decide in stage {}", people.name(&it.person), it.items, it.stage);
        text.push_str(&field("silent", &words));
    }
    text.push_str(&field("deciding", &quality(&it.quality)));
    text
}

fn quality(it: &Quality) -> String {
    if it.decisions == 0 {
        return "nobody has decided anything yet".to_owned();
    }
    let median = it.median_seconds.map(|seconds| format!("median {seconds} s, "));
    format!(
        "{} decisions, {}{} in bulk, {} with the last use and {} against it",
        it.decisions,
        median.unwrap_or_default(),
        it.in_bulk,
        it.with_use,
        it.against_use
    )
}
