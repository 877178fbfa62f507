//! The file that holds a snapshot of the graph, beside the database: written whole or not at all, read
//! with doubt. It is nobody's decision and can be lost: what does not fit is set aside, and the graph is
//! built from the facts again. Knows no server and no clock.
//!
//! The file is read into memory and not mapped; why is in decision 0014.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_access::engine::snapshot::{BadFile, Snapshot};

use crate::fault::Fault;

/// Behind the name while a file is being written.
const UNFINISHED: &str = "unfinished";
/// Behind the name of what was no snapshot.
const UNFIT: &str = "unfit";

/// What was found where a snapshot should be.
#[derive(Debug)]
pub enum Found {
    /// A snapshot, looked at number by number.
    Snapshot(Snapshot),
    /// Nothing: none was written yet.
    Nothing,
    /// Something that is no snapshot, or none that this release reads.
    Unfit {
        /// Where it lies now; what lay there before is gone.
        aside: PathBuf,
        /// What is wrong with it.
        why: BadFile,
    },
}

/// Writes a snapshot in place of the one before. Whoever reads meanwhile, and whoever reads after an
/// interruption at any point, has the old one or the new one, whole.
///
/// # Errors
/// What kept the file from being written, with its name; the old one is still there.
pub async fn write(path: PathBuf, snapshot: Snapshot) -> Result<(), Fault> {
    apart(move || {
        let unfinished = unfinished(&path);
        let written = write_whole(&unfinished, &path, &snapshot);
        written.map_err(|why| {
            // Left behind it would only be swept when the next one starts.
            let _ = fs::remove_file(&unfinished);
            fault("the snapshot of the graph cannot be written to", &path, why)
        })
    })
    .await
}

/// Reads the snapshot at a start, and sweeps what interrupted writes left. Meant for the one process that
/// writes there: a write of another one that is under way fails and leaves the old file.
///
/// # Errors
/// When the file is there and cannot be read or set aside, with its name.
pub async fn open(path: PathBuf) -> Result<Found, Fault> {
    apart(move || {
        sweep(&path);
        let read = match File::open(&path) {
            Ok(mut file) => file
                .metadata()
                .map_err(BadFile::from)
                .and_then(|about| Snapshot::read(&mut file, about.len())),
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(why) => Err(why.into()),
        };
        match read {
            Ok(snapshot) => Ok(Found::Snapshot(snapshot)),
            Err(BadFile::Unreadable(why)) => {
                Err(fault("the snapshot of the graph cannot be read from", &path, why))
            }
            Err(why) => {
                let aside = beside(&path, UNFIT);
                let moved = fs::rename(&path, &aside);
                moved
                    .map_err(|why| fault("what is no snapshot cannot be set aside:", &path, why))?;
                Ok(Found::Unfit { aside, why })
            }
        }
    })
    .await
}

/// Where nobody waits for it who must not.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|why| Fault::transient("the file of a snapshot was given up").because(why))?
}

fn write_whole(unfinished: &Path, path: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let mut file = BufWriter::new(File::create_new(unfinished)?);
    snapshot.write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()?;
    fs::rename(unfinished, path)?;
    // Without this a power cut may bring the old file back, which is as good a snapshot.
    if cfg!(unix)
        && let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A name that no other write has, in this process or another.
fn unfinished(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    beside(path, &format!("{}-{count}.{UNFINISHED}", std::process::id()))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// Removes what interrupted writes left. What cannot be removed is in nobody's way.
fn sweep(path: &Path) {
    let begins = format!("{}.", path.file_name().unwrap_or_default().to_string_lossy());
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&begins) && name.ends_with(&format!(".{UNFINISHED}")) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn fault(what: &str, path: &Path, why: io::Error) -> Fault {
    let next = "whoever runs this server should look at the space and the rights of its folder";
    Fault::transient(format!("{what} `{}`: {why}; {next}", path.display())).because(why)
}
