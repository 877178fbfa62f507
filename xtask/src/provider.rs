//! The provider of sign-ins that tests talk to: started on a free port of the loopback address, gone
//! when the value is dropped. It installs nothing.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::run;

/// A running provider; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Provider {
    server: Child,
    origin: String,
}

impl Provider {
    /// Starts it with this script.
    ///
    /// # Errors
    /// When Node.js does not start, or the script does not say where it listens.
    pub(crate) fn start(script: &Path) -> Result<Self, String> {
        let mut command = Command::new("node");
        command.arg(script).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server =
            command.spawn().map_err(|cause| format!("cannot start `node`: {cause}"))?;
        let mut origin = String::new();
        let mut out = server.stdout.take().map(BufReader::new);
        let said = out.as_mut().map(|out| out.read_line(&mut origin));
        // It goes on talking, and would end if nobody read what it says.
        thread::spawn(move || out.map(|mut out| io::copy(&mut out, &mut io::sink())));
        let provider = Self { server, origin: origin.trim().to_owned() };
        if !matches!(said, Some(Ok(_))) || !provider.origin.starts_with("http://127.0.0.1:") {
            return Err(format!("`{}` does not say where it listens", script.display()));
        }
        Ok(provider)
    }

    /// Where it listens.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        run::end(self.server.id(), "TERM");
        if let Err(cause) = self.server.wait() {
            eprintln!("cannot wait for the provider of sign-ins: {cause}");
        }
    }
}
