//! Starting other programs, and ending them when this one is told to end. It knows nothing about
//! what the programs do.

use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The process id of the program in the foreground, 0 when there is none.
static FOREGROUND: AtomicU32 = AtomicU32::new(0);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Takes over Ctrl-C, TERM and HUP: they end the program in the foreground, and this one goes on
/// just long enough to stop what it started.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn watch_signals() -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|cause| format!("cannot watch for Ctrl-C: {cause}"))?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            let child = FOREGROUND.load(Ordering::SeqCst);
            if child != 0 {
                end(child, "TERM");
            }
        }
    });
    Ok(())
}

/// Waits until this program is told to end.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn wait_for_interrupt() -> Result<(), String> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|cause| format!("cannot watch for Ctrl-C: {cause}"))?;
    if !INTERRUPTED.load(Ordering::SeqCst) {
        signals.forever().next();
    }
    Ok(())
}

/// Runs `command` in the foreground with our own input and output.
///
/// # Errors
/// When it cannot be started, ends with another code than 0, or was interrupted.
pub(crate) fn foreground(command: &mut Command) -> Result<(), String> {
    let name = spelled(command);
    stop_when_interrupted()?;
    let mut child = command.spawn().map_err(|cause| format!("cannot start `{name}`: {cause}"))?;
    FOREGROUND.store(child.id(), Ordering::SeqCst);
    let status = child.wait();
    FOREGROUND.store(0, Ordering::SeqCst);
    stop_when_interrupted()?;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status})")),
        Err(cause) => Err(format!("cannot wait for `{name}`: {cause}")),
    }
}

/// Runs `command` without output and hands back what it printed.
///
/// # Errors
/// When it cannot be started or ends with another code than 0; its last lines are in the message.
pub(crate) fn quietly(command: &mut Command) -> Result<Output, String> {
    let name = spelled(command);
    stop_when_interrupted()?;
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| format!("cannot start `{name}`: {cause}"))?;
    stop_when_interrupted()?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Err(format!("`{name}` failed ({}):\n{}", output.status, last_lines(&said)))
}

/// Sends `signal` (a name without SIG) to the process `pid`.
pub(crate) fn end(pid: u32, signal: &str) {
    const ATTEMPTS: usize = 3;
    // The shell's own `kill`: small images have no program of that name. A second Ctrl-C would
    // end that shell before it did its work: hence its own group, and another attempt.
    let mut command = Command::new("sh");
    command.args(["-c", &format!("kill -{signal} {pid}")]).stderr(Stdio::null()).process_group(0);
    for _ in 0..ATTEMPTS {
        match command.status().map(|status| status.code()) {
            Ok(None) => {}
            // A code other than 0 means that the process has ended by itself.
            Ok(Some(_)) => return,
            Err(cause) => eprintln!("cannot signal process {pid}: {cause}"),
        }
    }
}

/// The last 20 lines of `output`, indented.
pub(crate) fn last_lines(output: &[u8]) -> String {
    const SHOWN: usize = 20;
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().collect();
    let shown = lines.iter().skip(lines.len().saturating_sub(SHOWN));
    shown.map(|line| format!("    {line}\n")).collect()
}

fn stop_when_interrupted() -> Result<(), String> {
    if INTERRUPTED.load(Ordering::SeqCst) { Err("interrupted".to_owned()) } else { Ok(()) }
}

/// Program and first arguments, for a message; environment and therefore secrets stay out.
fn spelled(command: &Command) -> String {
    const SHOWN: usize = 6;
    let arguments = command.get_args().take(SHOWN);
    let words = std::iter::once(command.get_program()).chain(arguments);
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
