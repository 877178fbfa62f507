//! The binary as a process that goes on: started, spoken to while it lives, killed or told to stop.
//! It is killed at the latest when the test is over.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for a process to end.
const END_MAX: Duration = Duration::from_secs(30);

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A process of the binary.
pub(crate) struct Started {
    child: Child,
    out: BufReader<ChildStdout>,
    err: ChildStderr,
}

/// What a process said until it ended, and how it did.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How.
    pub(crate) status: ExitStatus,
    /// What was left of standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Started {
    /// Starts the binary in a folder.
    pub(crate) fn new(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(arguments).current_dir(folder).env_clear().envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let out = BufReader::new(child.stdout.take().expect("standard output"));
        let err = child.stderr.take().expect("standard error");
        Self { child, out, err }
    }

    /// Reads standard output up to a line that has this in it; answers all that was read.
    pub(crate) fn until_said(&mut self, words: &str) -> String {
        let mut said = String::new();
        loop {
            let before = said.len();
            let read = self.out.read_line(&mut said).expect("output is UTF-8");
            if read == 0 {
                let mut err = String::new();
                let _is_shown = self.err.read_to_string(&mut err);
                panic!("it ended before it said `{words}`:\n{said}\n{err}");
            }
            if said.get(before..).is_some_and(|line| line.contains(words)) {
                return said;
            }
        }
    }

    /// Ends it at once, whatever it is doing.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it lives or has ended");
        self.child.wait().expect("it ends");
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(sent.success(), "{kill}");
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Ended {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                break status;
            }
            assert!(begin.elapsed() < END_MAX, "it does not end");
            tokio::time::sleep(LOOK_AGAIN).await;
        };
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).expect("output is UTF-8");
        self.err.read_to_string(&mut err).expect("errors are UTF-8");
        Ended { status, out, err }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _has_ended_already = self.child.kill();
        let _is_reaped = self.child.wait();
    }
}
