//! How a plugin is started and what it is given. Holds names of environment variables, never their
//! values: those are read at each start and go nowhere but to the child.

use countersign_access::fact::SourceId;
use jiff::Timestamp;

use super::limit::Limits;
use super::wire::Role;

/// A system behind a plugin, as configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name under which the system is configured.
    pub system: SourceId,
    /// Program and arguments; `--as read` or `--as write` is added at the end.
    pub command: Vec<String>,
    /// Names of environment variables that both roles get. Beyond these and those of the role a
    /// plugin sees `PATH` and nothing else.
    pub env: Vec<String>,
    /// Names of environment variables that only the reading process gets.
    pub read_env: Vec<String>,
    /// Names of environment variables that only the writing process gets: the write credential.
    pub write_env: Vec<String>,
    /// Never starts a writing process: orders are refused, previews still say what to run.
    pub read_only: bool,
    /// What the plugin may take before it is ended.
    pub limits: Limits,
    /// Our clock.
    pub clock: fn() -> Timestamp,
}

impl Config {
    /// A plugin with nothing from the environment, both roles and the usual limits.
    #[must_use]
    pub fn new(system: SourceId, command: Vec<String>, clock: fn() -> Timestamp) -> Self {
        Self {
            system,
            command,
            env: Vec::new(),
            read_env: Vec::new(),
            write_env: Vec::new(),
            read_only: false,
            limits: Limits::default(),
            clock,
        }
    }

    /// The names of the variables that a process of this role gets.
    pub(super) fn names(&self, role: Role) -> impl Iterator<Item = &String> {
        let own = match role {
            Role::Read => &self.read_env,
            Role::Write => &self.write_env,
        };
        self.env.iter().chain(own)
    }
}
