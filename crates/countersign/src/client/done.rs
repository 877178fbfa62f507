//! What came of a change, and the flags that every change has.

use clap::Args;
use serde::Deserialize;
use serde_json::Value;

use super::list::read_row;
use super::send::Client;
use super::{Format, Remote, Stopped};
use crate::exit::{Exit, Failure};
use crate::output;

/// Flags of every change.
#[derive(Debug, Args)]
pub(crate) struct ChangeFlags {
    #[command(flatten)]
    pub(crate) remote: Remote,
    /// How to show what came of it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// Only if nobody else was there since.
#[derive(Debug, Args)]
pub(crate) struct SeenFlag {
    /// Only if it is still at this sequence, as you have seen it
    #[arg(long = "if-match", value_name = "N")]
    pub(crate) seen: Option<i64>,
}

/// What came of a change.
#[derive(Debug, Deserialize)]
pub(crate) struct Done {
    /// The subject's sequence now.
    pub(crate) sequence: i64,
    /// What happened.
    pub(crate) events: Vec<String>,
}

impl ChangeFlags {
    /// Makes a change and says what came of it.
    pub(crate) fn run(
        &self,
        work: impl AsyncFnOnce(&Client) -> Result<(Value, Said), Stopped>,
    ) -> Exit {
        let wants_json = self.format == Format::Json;
        super::run(&self.remote, wants_json, async move |client| {
            let (answer, said) = work(client).await?;
            if wants_json {
                return Ok(output::json(&answer)?);
            }
            let done: Done = read_row(&answer)?;
            Ok(said.words(&done)?)
        })
    }
}

/// What is said of a change that was made.
#[derive(Debug)]
pub(crate) struct Said {
    /// What is so now.
    pub(crate) now: String,
    /// What to do next, if anything.
    pub(crate) next: Option<String>,
}

impl Said {
    fn words(&self, done: &Done) -> Result<String, Failure> {
        let mut text = if done.events.is_empty() {
            "nothing had to change: it was so already\n".to_owned()
        } else {
            output::wrap(&output::plain(&format!("{} (sequence {})", self.now, done.sequence)), "")
        };
        if let Some(next) = &self.next {
            text.push_str(&format!("next: {}\n", output::plain(next)));
        }
        Ok(text)
    }
}
