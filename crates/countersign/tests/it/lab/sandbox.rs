//! A sandbox as a target: the real binary behind the plugin protocol, holding a small organisation in
//! a file that the test may change by hand.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");

/// The sample organisation in a file of its own.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

impl Sandbox {
    /// The sample organisation with its three systems.
    pub(crate) fn sample() -> Self {
        let organisation = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        Self::of(&organisation.join("../../examples/sample-organisation"))
    }

    /// An organisation of the test's own, in the CSV form.
    pub(crate) fn of_csv(nodes: &str, edges: &str) -> Self {
        let csv = tempfile::tempdir().expect("a folder");
        std::fs::write(csv.path().join("nodes.csv"), nodes).expect("a file");
        std::fs::write(csv.path().join("edges.csv"), edges).expect("a file");
        Self::of(csv.path())
    }

    fn of(organisation: &std::path::Path) -> Self {
        let sandbox = Self { folder: tempfile::tempdir().expect("a folder") };
        let mut command = Command::new(BINARY);
        command.args(["sandbox", "init", "--organisation"]).arg(organisation);
        let made = command.arg("--file").arg(sandbox.file()).output().expect("the binary starts");
        assert!(made.status.success(), "{made:?}");
        sandbox
    }

    /// Where the organisation is kept.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("organisation.json")
    }

    /// The configuration of one of its systems, started with these flags and configured so.
    pub(crate) fn system(&self, name: &str, flags: &[&str], lines: &str) -> String {
        let file = self.file().display().to_string();
        let mut command = vec![BINARY, "sandbox", "--file", &file, "--system", name];
        command.extend(flags);
        format!(
            "[[system]]\nname = \"{name}\"\nkind = \"plugin\"\ncommand = {command:?}\n{lines}\n"
        )
    }

    /// Does something by hand, as an administrator of the system would.
    pub(crate) fn by_hand(&self, verb: &str, arguments: &[&str]) {
        let mut command = Command::new(BINARY);
        command.args(["sandbox", verb, "--file"]).arg(self.file()).args(arguments);
        let done = command.output().expect("the binary starts");
        assert!(done.status.success(), "{done:?}");
    }

    /// What the file holds.
    pub(crate) fn json(&self) -> Value {
        let bytes = std::fs::read(self.file()).expect("the file");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Changes what the file holds.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        change(&mut json);
        std::fs::write(self.file(), json.to_string()).expect("the file");
    }
}
