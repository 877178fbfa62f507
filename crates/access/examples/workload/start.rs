//! How soon a node that has its snapshot in a file answers: written, read, one question asked. The file
//! was just written, so that it lies in the page cache; a disk is not measured.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use countersign_access::engine::radius::Census;
use countersign_access::engine::snapshot::Snapshot;

use crate::draw::Organisation;
use crate::measure::{Spent, forget_peak, hash, peak_megabytes, say, spent};
use crate::w4;

const RUNS: usize = 5;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let (snapshot, build) = spent(|| Snapshot::build(&parts, organisation.edges()));
    let snapshot = snapshot.map_err(|why| why.to_string())?;
    say(&format!("built from numbers: {build}"));
    let name = format!("countersign-start-{}.graph", std::process::id());
    let path = std::env::temp_dir().join(name);
    let measured = measure(organisation, snapshot, &path);
    let removed = fs::remove_file(&path).map_err(|why| why.to_string());
    measured.and(removed)
}

fn measure(organisation: &Organisation, snapshot: Snapshot, path: &Path) -> Result<(), String> {
    let failed = |why: io::Error| format!("{}: {why}", path.display());
    let (wrote, time) = spent(|| write(&snapshot, path));
    wrote.map_err(failed)?;
    let bytes = fs::metadata(path).map_err(failed)?.len();
    say(&format!("written and on disk: {time}, {} MB", bytes >> 20));
    let edges = snapshot.edges();
    let expected = answers(organisation, &snapshot);
    drop(snapshot);
    let first = w4::asked(organisation).next().unwrap_or_default();
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        forget_peak();
        let before = peak_megabytes();
        let ((started, read), whole) = spent(|| {
            let (snapshot, read) = spent(|| read(path));
            let started = snapshot.map(|snapshot| {
                let slot = snapshot.slot(first).unwrap_or_default();
                let answer = w4::answer(&mut Census::new(&snapshot), slot);
                (snapshot, answer)
            });
            (started, read)
        });
        let held = peak_megabytes() - before;
        let (snapshot, answer) = started?;
        if expected.first_chunk() != Some(&answer) || answers(organisation, &snapshot) != expected {
            return Err("what was read answers otherwise than what was built".to_owned());
        }
        runs.push((whole, read, held));
    }
    tell(runs, edges);
    say(&format!("100 questions answered as before: {:016x}", hash(expected)));
    Ok(())
}

/// The median by processor.
fn tell(mut runs: Vec<(Spent, Spent, f64)>, edges: usize) {
    runs.sort_by(|(one, ..), (other, ..)| one.cpu.total_cmp(&other.cpu));
    let Some((whole, read, held)) = runs.get(runs.len() / 2) else { return };
    let per_edge = held * f64::from(1 << 20) / f64::from(u32::try_from(edges).unwrap_or(u32::MAX));
    say(&format!("read and looked at: {read}"));
    say(&format!(
        "to the first answer: {whole}; {held:.0} MB at the peak, {per_edge:.1} bytes an edge"
    ));
}

fn write(snapshot: &Snapshot, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    snapshot.write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_all()
}

fn read(path: &Path) -> Result<Snapshot, String> {
    let mut file = File::open(path).map_err(|why| why.to_string())?;
    let length = file.metadata().map_err(|why| why.to_string())?.len();
    Snapshot::read(&mut file, length).map_err(|why| why.to_string())
}

/// How many identities reach each of 100 resources, and the sums of their distances.
fn answers(organisation: &Organisation, snapshot: &Snapshot) -> Vec<u64> {
    let mut census = Census::new(snapshot);
    let slots = w4::asked(organisation).map(|node| snapshot.slot(node).unwrap_or_default());
    slots.flat_map(|slot| w4::answer(&mut census, slot)).collect()
}
