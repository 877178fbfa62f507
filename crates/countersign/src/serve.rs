//! `countersign serve`: the server, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use countersign_server::clock::{Chance, Clock};
use countersign_server::start::{NotStarted, Running, Settings, start};

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on, config};
use crate::output;

/// Where the server listens when nothing else is said: this machine only.
pub(crate) const LISTEN: &str = "127.0.0.1:7411";

/// Run the server: reads the systems, judges, carries out orders, seals the ledger
///
/// The database is SQLite in the data folder, or PostgreSQL with `--database`.
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign serve --data .countersign --config countersign.toml")]
pub(crate) struct Serve {
    #[command(flatten)]
    instance: Instance,
    /// Configuration: the connected systems, and the address at which people reach the pages
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to listen on; one that other machines reach needs a `public_origin` in the
    /// configuration
    #[arg(long, value_name = "ADDR:PORT", default_value = LISTEN)]
    listen: SocketAddr,
    /// Write orders down as scripts and run none, on every system
    #[arg(long)]
    read_only: bool,
    /// Log as JSON
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    /// Serves until told to stop.
    pub(crate) fn run(self) -> Exit {
        crate::log::to_standard_error(self.log_json);
        output::finish(block_on(self.serve()))
    }

    async fn serve(self) -> Result<Exit, Failure> {
        let mut config = config(self.config.as_deref())?;
        for system in &mut config.system {
            system.read_only |= self.read_only;
        }
        let public = config.public_origin.clone();
        let settings = Settings {
            database: self.instance.database(),
            data: self.instance.data.clone(),
            listen: self.listen,
            config,
            policy: self.instance.policy()?,
        };
        let running = start(settings, Clock::real(), Chance::real()).await.map_err(failed)?;
        let address = running.address;
        output::write(None, &format!("listening on http://{address} (Ctrl-C ends it)\n"))?;
        if let Some(public) = public {
            output::write(None, &format!("people reach it at {public}\n"))?;
        }
        until_told(running).await.map(|()| Exit::Done)
    }
}

/// Waits for Ctrl-C or the end of the terminal, then ends everything in order.
///
/// # Errors
/// When a part of the server ended by itself: the rest is ended in order too, never left half alive.
pub(crate) async fn until_told(mut running: Running) -> Result<(), Failure> {
    let ended = tokio::select! {
        () = told() => None,
        ended = running.ended() => Some(ended),
    };
    running.stop().await;
    match ended {
        None => Ok(()),
        Some(ended) => Err(Failure::fault(format!(
            "the part {ended} of the server, so all of it was ended in order: start it again, and report \
             this with its log if it comes back"
        ))),
    }
}

async fn told() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without signals the only end is being killed.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// A server that did not start, as a command that failed.
pub(crate) fn failed(error: NotStarted) -> Failure {
    match &error {
        NotStarted::Config(_) | NotStarted::Exposed { .. } | NotStarted::LockedOut { .. } => {
            Failure::malformed(error.to_string())
        }
        NotStarted::Store(fault) if fault.kind() == countersign_store::Kind::Malformed => {
            Failure::malformed(error.to_string())
        }
        NotStarted::OtherPolicy { .. } => {
            Failure { exit: Exit::Findings, words: error.to_string() }
        }
        NotStarted::Store(_)
        | NotStarted::SetUp(_)
        | NotStarted::Folder { .. }
        | NotStarted::InUse(_)
        | NotStarted::Key(_)
        | NotStarted::OtherKey(_)
        | NotStarted::Listen { .. }
        | NotStarted::Chance(_) => Failure::fault(error.to_string()),
    }
}
