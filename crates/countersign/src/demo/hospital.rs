//! The invented organisation on disk: its files with their dates moved to today, the sandbox made from
//! them, and the configuration that connects the sandbox's five systems.

use std::path::{Path, PathBuf};

use countersign_policy::folder::builtin_texts;
use countersign_policy::rules::Text;
use countersign_server::config::{Config, Kind, System};
use countersign_server::setup::{self, People, Processes};
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::could_not;
use super::script::Script;
use crate::exit::Failure;
use crate::init::failed;

/// The sandbox's file in the demo's folder.
const SANDBOX: &str = "sandbox.json";

/// The folder of the policy in the demo's folder.
const POLICY: &str = "policy";

/// The systems that the sandbox holds.
pub(super) const SYSTEMS: [&str; 5] = ["erp", "hr", "records", "pharmacy", "release"];

/// The one that only its own people change: we print what they are to run.
const READ_ONLY: &str = "pharmacy";

const NODES: &str = include_str!("../../../../examples/sample-hospital/nodes.csv");
const EDGES: &str = include_str!("../../../../examples/sample-hospital/edges.csv");
const PEOPLE: &str = include_str!("../../../../examples/sample-hospital/people.toml");
const PROCESSES: &str = include_str!("../../../../examples/sample-hospital/processes.toml");
const RACI: &str = include_str!("../../../../examples/sample-hospital/raci.toml");
const HISTORY: &str = include_str!("../../../../examples/sample-hospital/history.toml");

/// The organisation, laid out in a folder.
#[derive(Debug)]
pub(super) struct Hospital {
    /// Who decides.
    pub(super) people: People,
    /// What must not fail.
    pub(super) processes: Processes,
    /// What happened there before today.
    pub(super) script: Script,
    /// The real system.
    pub(super) sandbox: PathBuf,
    /// The folder of the policy by which it decides. Demos of earlier versions have none.
    pub(super) policy: PathBuf,
}

impl Hospital {
    /// Writes the files and makes the sandbox, where they are not there yet.
    pub(super) fn lay_out(data: &Path, is_new: bool) -> Result<Self, Failure> {
        let (people, processes) = setup::parse(PEOPLE, PROCESSES).map_err(failed)?;
        let script = Script::parse(HISTORY)?;
        let hospital = Self {
            people,
            processes,
            script,
            sandbox: data.join(SANDBOX),
            policy: data.join(POLICY),
        };
        if is_new {
            hospital.write(&data.join("organisation"))?;
        }
        Ok(hospital)
    }

    fn write(&self, folder: &Path) -> Result<(), Failure> {
        let today = TimeZone::UTC.to_datetime(crate::clock::now()).date();
        let days = self.script.written.until(today).unwrap_or_default();
        let files = [
            ("nodes.csv", moved(NODES, days)),
            ("edges.csv", moved(EDGES, days)),
            ("people.toml", PEOPLE.to_owned()),
            ("processes.toml", PROCESSES.to_owned()),
        ];
        std::fs::create_dir_all(folder).map_err(|error| could_not(folder, &error))?;
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|error| could_not(&path, &error))?;
        }
        crate::sandbox::make(folder, &self.sandbox)?;
        self.write_policy(days)
    }

    /// The built-in policy as a folder that can be read and changed, with who answers for what here.
    fn write_policy(&self, days: Span) -> Result<(), Failure> {
        for text in policy_texts(days) {
            let path = self.policy.join(&text.name);
            let folder = path.parent().unwrap_or(&self.policy);
            std::fs::create_dir_all(folder).map_err(|error| could_not(folder, &error))?;
            std::fs::write(&path, &text.text).map_err(|error| could_not(&path, &error))?;
        }
        Ok(())
    }

    /// Connects the five systems: each is a process of this program with its own part of the file.
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
            read_only: name == READ_ONLY,
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

/// The built-in policy with the rows of the sample, their dates moved by so many days. Its own tests of
/// `raci.toml` are about a file without rows.
fn policy_texts(by: Span) -> Vec<Text> {
    let mut texts = builtin_texts();
    texts.retain(|text| text.name != "raci.test.toml");
    for text in texts.iter_mut().filter(|text| text.name == "raci.toml") {
        text.text = moved_between(RACI, '"', by);
    }
    texts
}

/// The same table with every date moved by so many days: what ends soon in the sample ends soon today.
fn moved(table: &str, by: Span) -> String {
    moved_between(table, ',', by)
}

/// The same lines with every date that stands between two of these moved by so many days.
fn moved_between(lines: &str, separator: char, by: Span) -> String {
    let cell = |cell: &str| match cell.parse::<Date>() {
        Ok(date) => date.saturating_add(by).to_string(),
        Err(_) => cell.to_owned(),
    };
    let between = separator.to_string();
    let line = |line: &str| line.split(separator).map(cell).collect::<Vec<_>>().join(&between);
    lines.lines().map(|it| line(it) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_the_sample_load_with_their_people_and_their_dates_moved() {
        let folder = countersign_policy::folder::load(&policy_texts(Span::new().days(30))).unwrap();
        let raci = &folder.raci;
        assert!(raci.rows.len() > 20, "{}", raci.rows.len());
        let names: Vec<&String> = raci.unresolved.values().collect();
        let missing: Vec<&&String> =
            names.iter().filter(|it| !PEOPLE.contains(it.as_str())).collect();
        assert_eq!(missing, [&&"Henk Versteeg".to_owned()], "one has left");
        for row in &raci.rows {
            assert!(SYSTEMS.contains(&row.named.as_str()), "{}", row.named);
        }
        let last = raci.deputies.iter().map(|it| it.until.to_string()).max();
        assert_eq!(last.as_deref(), Some("2027-02-09"));
    }

    #[test]
    fn every_date_of_a_table_moves_and_nothing_else_does() {
        let table = "id,name,created\na,\"Ward 2026, north\",2026-02-27\nb,,\n";
        let expected = "id,name,created\na,\"Ward 2026, north\",2026-03-01\nb,,\n";
        assert_eq!(moved(table, Span::new().days(2)), expected);
    }
}
