//! One child process: how it is started with next to no environment, what it wrote to its error
//! output, and how it is ended. Knows nothing of the protocol that is spoken with it.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::config::Config;
use super::limit::BURIAL;
use super::wire::Role;
use crate::Fault;

/// Values shorter than this are not looked for in messages: they would be found everywhere.
const SECRET_BYTES_MIN: usize = 4;

/// A running child with its three pipes. Dropped, it is killed.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) stdin: ChildStdin,
    pub(super) stdout: BufReader<ChildStdout>,
    stderr: Tail,
    /// What was put into its environment by name; never shown.
    secrets: Secrets,
}

impl Process {
    /// Starts the plugin's command for one role.
    pub(super) fn start(config: &Config, role: Role) -> Result<Self, Fault> {
        let system = &config.system;
        let Some((program, arguments)) = config.command.split_first() else {
            return Err(Fault::Permanent(format!(
                "the system `{system}` has no plugin command: name the program in its configuration"
            )));
        };
        let (mut command, secrets) = prepare(config, role, program)?;
        command.args(arguments).args(["--as", role.as_str()]);
        let mut child =
            command.spawn().map_err(|error| could_not_start(config, program, &error))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(Fault::Transient(format!(
                "the plugin of the system `{system}` was started without its pipes: try again"
            )));
        };
        let stderr = Tail::follow(stderr, config.limits.stderr_bytes_max);
        Ok(Self { child, stdin, stdout: BufReader::new(stdout), stderr, secrets })
    }

    /// False once the process has ended by itself.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the process and says how it ended, where it did so by itself, and what it wrote to its
    /// error output, secrets removed.
    pub(super) async fn bury(mut self, by_itself: bool) -> String {
        drop(self.stdin);
        // A pipe is seen to close a moment before the process is gone.
        let grace = if by_itself { BURIAL } else { Duration::ZERO };
        let by_itself = timeout(grace, self.child.wait()).await.ok().and_then(Result::ok);
        if by_itself.is_none() {
            let _already_gone = self.child.start_kill();
            let _not_reaped_in_time = timeout(BURIAL, self.child.wait()).await;
        }
        let (said, is_cut) = self.stderr.finish().await;
        let said = if is_cut { self.secrets.after_cut(&said) } else { said.as_str() };
        let said = self.secrets.hide(said);
        match (by_itself, said.is_empty()) {
            (Some(status), true) => format!(" ({status})"),
            (Some(status), false) => format!(" ({status}); its error output ends in: `{said}`"),
            (None, true) => String::new(),
            (None, false) => format!("; its error output ends in: `{said}`"),
        }
    }

    /// The text without anything that was put into the child's environment by name.
    pub(super) fn hide(&self, text: &str) -> String {
        self.secrets.hide(text)
    }
}

fn prepare(config: &Config, role: Role, program: &str) -> Result<(Command, Secrets), Fault> {
    let mut command = Command::new(program);
    command.env_clear().kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Away from the terminal's group: a Ctrl-C is ours to act on, the child ends when we do.
    #[cfg(unix)]
    command.process_group(0);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    let mut secrets = Secrets::default();
    for name in config.names(role) {
        let value = std::env::var_os(name).ok_or_else(|| {
            Fault::Permanent(format!(
                "the plugin of the system `{}` needs the environment variable `{name}`, which is not set: set it where this program is started",
                config.system
            ))
        })?;
        secrets.add(&value);
        command.env(name, value);
    }
    Ok((command, secrets))
}

fn could_not_start(config: &Config, program: &str, error: &std::io::Error) -> Fault {
    let text = format!(
        "the plugin `{program}` of the system `{}` could not be started ({error}): check the command in its configuration",
        config.system
    );
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::PermissionDenied => {
            Fault::Permanent(text)
        }
        _ => Fault::Transient(text),
    }
}

/// Values that must not appear in a message.
#[derive(Default)]
struct Secrets(Vec<String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} values", self.0.len())
    }
}

impl Secrets {
    fn add(&mut self, value: &std::ffi::OsStr) {
        let text = value.to_string_lossy().trim().to_owned();
        if text.len() >= SECRET_BYTES_MIN {
            self.0.push(text);
        }
    }

    /// What is kept of an error output may begin in the middle of a secret: its rest goes too. That
    /// this sometimes takes a few harmless characters is accepted.
    fn after_cut<'a>(&self, text: &'a str) -> &'a str {
        let text = text.trim_start_matches(char::REPLACEMENT_CHARACTER);
        let rests = self.0.iter().flat_map(|secret| {
            secret.char_indices().skip(1).filter_map(|(at, _)| secret.get(at..))
        });
        let longest = rests.filter(|rest| text.starts_with(rest)).max_by_key(|rest| rest.len());
        longest.and_then(|rest| text.strip_prefix(rest)).unwrap_or(text)
    }

    fn hide(&self, text: &str) -> String {
        let whole = self
            .0
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[removed]"));
        whole.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
    }
}

/// The last bytes of an error output. Everything is read, so that a chatty child never blocks.
#[derive(Debug)]
struct Tail {
    kept: Arc<Mutex<Kept>>,
    reader: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    /// Whether there was more before it.
    is_cut: bool,
}

impl Tail {
    fn follow(mut stderr: ChildStderr, bytes_max: usize) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        let reader = tokio::spawn(async move {
            let mut buffer = [0_u8; 4_096];
            while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
                let mut kept = shared.lock().unwrap_or_else(PoisonError::into_inner);
                kept.bytes.extend(buffer.iter().take(read));
                let over = kept.bytes.len().saturating_sub(bytes_max);
                kept.bytes.drain(..over);
                kept.is_cut |= over > 0;
            }
        });
        Self { kept, reader }
    }

    /// What was kept once the child is gone, and whether its beginning is missing; a grandchild that
    /// holds the pipe is not waited for.
    async fn finish(&mut self) -> (String, bool) {
        let _held_open = timeout(BURIAL, &mut self.reader).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = kept.bytes.iter().copied().collect();
        (String::from_utf8_lossy(&bytes).trim().to_owned(), kept.is_cut)
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
