//! `countersign finding choose`

use clap::Args;
use serde_json::{Value, json};

use super::chosen::{Wanted, meant, offers};
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Choose the remedy of a finding that is yours; nothing is run by it
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding choose FN-26 --option 1 --token-file .countersign/demo/tokens/thomas-ashworth"
)]
pub(super) struct Choose {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The remedy with this number in `finding remedies`
    #[arg(long, value_name = "N")]
    option: Option<usize>,
    /// Take this membership or role away
    #[arg(long, value_name = "SOURCE,KIND,TARGET")]
    revoke: Option<String>,
    /// Take this single permission away
    #[arg(long, value_name = "SOURCE,KIND,TARGET")]
    reduce: Option<String>,
    /// Keep this account from signing in
    #[arg(long, value_name = "ACCOUNT")]
    disable: Option<String>,
}

impl Which {
    fn wanted(self) -> Wanted {
        let Self { option, revoke, reduce, disable } = self;
        let edge = |remedy| move |edge| Wanted::Edge { remedy, edge };
        option
            .map(Wanted::Number)
            .or_else(|| revoke.map(edge("revoke")))
            .or_else(|| reduce.map(edge("reduce")))
            .or_else(|| disable.map(Wanted::Account))
            .unwrap_or(Wanted::Number(0))
    }
}

impl Choose {
    pub(super) fn run(self) -> Exit {
        let Self { reference, which, seen, flags } = self;
        let wanted = which.wanted();
        flags.run(async move |client| {
            let offers = offers(client, &reference).await?;
            let (offer, sent) = meant(&offers, &wanted, &reference)?;
            let field = |name: &str| sent.get(name).cloned().unwrap_or(Value::Null);
            let body = json!({
                "remedy": field("remedy"),
                "system": field("system"),
                "change": field("change"),
            });
            let done = client.change(&["findings", &reference, "choose"], &body, seen.seen).await?;
            let now = format!(
                "{reference}: chosen is to {} in {}: {}",
                offer.remedy, offer.system, offer.words
            );
            let next = format!(
                "somebody in the control seat looks at `countersign finding order {reference} --dry-run`"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
