//! `countersign person`: people and the seats they are appointed to.

mod appoint;
mod appoint_for_case;
mod deactivate;
mod list;
mod password;
mod show;
mod unlink;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// People and their seats
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign person list --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(crate) struct Person {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Show(show::Show),
    Appoint(appoint::Appoint),
    AppointForCase(appoint_for_case::AppointForCase),
    Deactivate(deactivate::Deactivate),
    Unlink(unlink::Unlink),
    Password(password::Password),
    SignOut(password::SignOut),
}

impl Person {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::Appoint(appoint) => appoint.run(),
            Verb::AppointForCase(appoint) => appoint.run(),
            Verb::Deactivate(deactivate) => deactivate.run(),
            Verb::Unlink(unlink) => unlink.run(),
            Verb::Password(password) => password.run(),
            Verb::SignOut(sign_out) => sign_out.run(),
        }
    }
}
