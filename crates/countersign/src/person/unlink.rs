//! `countersign person unlink`

use clap::Args;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// Take away who a person is at the provider of sign-ins
///
/// Their sessions by it are over at once. The next time they sign in there they are found by their
/// verified e-mail address once more, so that somebody whose account was made anew is known again.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person unlink \"Bram Oosterhuis\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Unlink {
    /// Whole name or id
    #[arg(value_name = "NAME|ID")]
    person: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Unlink {
    pub(super) fn run(self) -> Exit {
        let Self { person, seen, flags } = self;
        flags.run(async move |client| {
            let id = id_of(client, &person).await?;
            let done = client.take_away(&["people", &id, "link"], seen.seen).await?;
            let name = with_names(client, &id).await;
            let now = format!("{name} is nobody at the provider any more");
            let next =
                "`countersign person appoint` without `mailto:` keeps them from being found again"
                    .to_owned();
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
