//! The invented organisation on disk: its files, the sandbox made from them, and the configuration
//! that connects the sandbox's three systems.

use std::path::{Path, PathBuf};

use countersign_server::config::{Config, Kind, System};
use countersign_server::setup::{self, People, Processes};

use super::could_not;
use crate::exit::Failure;
use crate::init::failed;

/// The sandbox's file in the demo's folder.
const SANDBOX: &str = "sandbox.json";

/// The systems that the sandbox holds.
pub(super) const SYSTEMS: [&str; 3] = ["erp", "records", "release"];

const FILES: [(&str, &str); 4] = [
    ("nodes.csv", include_str!("../../../../examples/sample-organisation/nodes.csv")),
    ("edges.csv", include_str!("../../../../examples/sample-organisation/edges.csv")),
    ("people.toml", include_str!("../../../../examples/sample-organisation/people.toml")),
    ("processes.toml", include_str!("../../../../examples/sample-organisation/processes.toml")),
];

/// The organisation, laid out in a folder.
#[derive(Debug)]
pub(super) struct Nordhaven {
    /// Who decides.
    pub(super) people: People,
    /// What must not fail.
    pub(super) processes: Processes,
    sandbox: PathBuf,
}

impl Nordhaven {
    /// Writes the files and makes the sandbox, where they are not there yet.
    pub(super) fn lay_out(data: &Path, is_new: bool) -> Result<Self, Failure> {
        let folder = data.join("organisation");
        let sandbox = data.join(SANDBOX);
        if is_new {
            std::fs::create_dir_all(&folder).map_err(|error| could_not(&folder, &error))?;
            for (name, text) in FILES {
                let path = folder.join(name);
                std::fs::write(&path, text).map_err(|error| could_not(&path, &error))?;
            }
            crate::sandbox::make(&folder, &sandbox)?;
        }
        let [_, _, (_, people), (_, processes)] = FILES;
        let (people, processes) = setup::parse(people, processes).map_err(failed)?;
        Ok(Self { people, processes, sandbox })
    }

    /// Connects the three systems: each is a process of this program with its own file behind it.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::fault(format!("this program's own file could not be found: {error}"))
        })?;
        let command = |system: &str| {
            let words = ["sandbox", "--file", &self.sandbox.to_string_lossy(), "--system", system];
            let mut command = vec![program.to_string_lossy().into_owned()];
            command.extend(words.map(str::to_owned));
            command
        };
        let system = SYSTEMS.map(|name| System {
            name: name.to_owned(),
            read_only: false,
            every_minutes: None,
            kind: Kind::Plugin {
                command: command(name),
                env: Vec::new(),
                read_env: Vec::new(),
                write_env: Vec::new(),
            },
        });
        Ok(Config { system: system.to_vec(), ..Config::default() })
    }
}
