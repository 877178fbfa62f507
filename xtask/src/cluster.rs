//! One throw-away PostgreSQL server: made in a temporary folder, on a free port of the loopback
//! address, gone when the value is dropped. It installs nothing and is fit for tests only, since
//! it does without durability.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::{place, run};

/// Another program may take the free port before the server does.
const ATTEMPTS: usize = 5;
/// A loaded machine needs a while; a server that is not ready by then never will be.
const READY_WITHIN: Duration = Duration::from_secs(90);
const READY: &str = "database system is ready to accept connections";

/// A running server; dropping it stops the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    server: Child,
    port: u16,
    password: String,
}

impl Cluster {
    /// Makes and starts a server with the programs in `binaries`; `name` tells the folders apart.
    ///
    /// # Errors
    /// When the folder cannot be made, or `initdb` or the server fails; with their last lines.
    pub(crate) fn start(name: &str, binaries: &Path) -> Result<Self, String> {
        let password = random_word()?;
        let folder = new_folder(name)?;
        let started = start_in(&folder, binaries, &password);
        match started {
            Ok((server, port)) => Ok(Self { folder, server, port, password }),
            Err(message) => {
                remove(&folder);
                Err(format!("PostgreSQL in `{}`: {message}", binaries.display()))
            }
        }
    }

    /// The address of the superuser, password included: never print it in CI.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Immediate shutdown: the data is thrown away in the next line.
        run::end(self.server.id(), "QUIT");
        if let Err(cause) = self.server.wait() {
            eprintln!("cannot wait for the PostgreSQL server: {cause}");
        }
        remove(&self.folder);
    }
}

fn start_in(folder: &Path, binaries: &Path, password: &str) -> Result<(Child, u16), String> {
    let binaries = reachable(folder, binaries)?;
    initialise(folder, &binaries, password)?;
    let mut refused = String::new();
    for _ in 0..ATTEMPTS {
        let port = free_port()?;
        match serve(folder, &binaries, port) {
            Ok(server) => return Ok((server, port)),
            Err(message) => refused = message,
        }
    }
    Err(refused)
}

/// Binaries below a home folder cannot be run by another account: then they are copied.
fn reachable(folder: &Path, binaries: &Path) -> Result<PathBuf, String> {
    let mut ask = as_owner(Path::new("test"), folder);
    ask.arg("-x").arg(binaries.join("postgres"));
    if ask.status().is_ok_and(|status| status.success()) {
        return Ok(binaries.to_path_buf());
    }
    // A Python package with its programs two folders below, and beside it the libraries.
    let inside: PathBuf = ["pginstall", "bin"].iter().collect();
    let package = binaries.ancestors().nth(2).unwrap_or(binaries);
    let name = package.file_name().unwrap_or_default();
    let copies = folder.join("programs");
    fs::create_dir(&copies).map_err(|cause| failed("create", &copies, &cause))?;
    let libraries = package.with_added_extension("libs");
    for original in [package, &libraries] {
        run::quietly(Command::new("cp").arg("-R").arg(original).arg(&copies))?;
    }
    run::quietly(Command::new("chmod").args(["-R", "a+rX"]).arg(&copies))?;
    Ok(copies.join(name).join(inside))
}

fn initialise(folder: &Path, binaries: &Path, password: &str) -> Result<(), String> {
    let secret = folder.join("password");
    let mut file = File::create(&secret).map_err(|cause| failed("write", &secret, &cause))?;
    file.set_permissions(Permissions::from_mode(0o600))
        .and_then(|()| writeln!(file, "{password}"))
        .map_err(|cause| failed("write", &secret, &cause))?;
    give_away(&secret)?;
    let mut initdb = as_owner(&binaries.join("initdb"), folder);
    initdb.arg("--pgdata").arg(folder.join("data")).arg("--pwfile").arg(&secret);
    initdb.args(["--username=postgres", "--auth=scram-sha-256", "--no-sync"]);
    initdb.args(["--encoding=UTF8", "--locale=C"]);
    run::quietly(&mut initdb)?;
    fs::remove_file(&secret).map_err(|cause| failed("remove", &secret, &cause))
}

fn serve(folder: &Path, binaries: &Path, port: u16) -> Result<Child, String> {
    let mut command = as_owner(&binaries.join("postgres"), folder);
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    let sockets = format!("unix_socket_directories={}", folder.display());
    for setting in [
        "listen_addresses=127.0.0.1",
        &sockets,
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "max_connections=200",
        "lc_messages=C",
        "logging_collector=off",
        "log_destination=stderr",
    ] {
        command.args(["-c", setting]);
    }
    // A group of its own: Ctrl-C in the terminal reaches the tests first, then the servers.
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = command.spawn().map_err(|cause| format!("cannot start: {cause}"))?;
    let said = server.stderr.take().ok_or("no output from the server")?;
    match wait_until_ready(&follow(said)) {
        Ok(()) => Ok(server),
        Err(message) => {
            run::end(server.id(), "QUIT");
            // The reason of the refusal is in `message`; the end of a failed server adds nothing.
            drop(server.wait());
            Err(message)
        }
    }
}

/// Reads what the server writes for as long as it lives, so that it never waits for a reader.
fn follow(said: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut awaited = true;
        for line in BufReader::new(said).split(b'\n').map_while(Result::ok) {
            // Once the server is ready nobody listens any more.
            awaited = awaited && sender.send(String::from_utf8_lossy(&line).into_owned()).is_ok();
        }
    });
    receiver
}

fn wait_until_ready(lines: &Receiver<String>) -> Result<(), String> {
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(READY_WITHIN) {
        if line.contains(READY) {
            return Ok(());
        }
        said.push_str(&line);
        said.push('\n');
    }
    Err(format!("the server did not become ready:\n{}", run::last_lines(said.as_bytes())))
}

/// A command under the account that owns the server's files, which ends when we end.
fn as_owner(program: &Path, folder: &Path) -> Command {
    let mut command = if place::is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        command.arg("--pdeathsig=INT").arg(program);
        command
    } else if place::has("setpriv", "--version") {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=INT").arg(program);
        command
    } else {
        Command::new(program)
    };
    // Settings of the person's own servers (PGDATA, PGPORT ...) must not reach ours.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LC_ALL", "C").current_dir(folder);
    command
}

fn new_folder(name: &str) -> Result<PathBuf, String> {
    let word = random_word()?;
    let short: String = word.chars().take(8).collect();
    let folder = std::env::temp_dir().join(format!("countersign-{name}-{short}"));
    fs::create_dir(&folder).map_err(|cause| failed("create", &folder, &cause))?;
    fs::set_permissions(&folder, Permissions::from_mode(0o700))
        .map_err(|cause| failed("protect", &folder, &cause))?;
    give_away(&folder)?;
    Ok(folder)
}

/// Hands a path to the account `postgres` when we are the superuser.
fn give_away(path: &Path) -> Result<(), String> {
    if !place::is_root() {
        return Ok(());
    }
    let number = |flag: &str| {
        let output = run::quietly(Command::new("id").args([flag, "postgres"]))?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        text.parse::<u32>().map_err(|cause| format!("`id {flag} postgres` said `{text}`: {cause}"))
    };
    chown(path, Some(number("-u")?), Some(number("-g")?))
        .map_err(|cause| failed("give away", path, &cause))
}

fn remove(folder: &Path) {
    if let Err(cause) = fs::remove_dir_all(folder) {
        eprintln!("{}", failed("remove", folder, &cause));
    }
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|cause| format!("no free port on 127.0.0.1: {cause}"))
}

fn random_word() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|cause| format!("cannot read `/dev/urandom`: {cause}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn failed(verb: &str, path: &Path, cause: &std::io::Error) -> String {
    format!("cannot {verb} `{}`: {cause}", path.display())
}
