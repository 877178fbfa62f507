//! One workload over the files that other engines read too, in a process of its own, with the one line that
//! they print: what loading took, what the work took, the peak of memory and the answer, number by
//! number.

use std::fs;
use std::num::NonZero;
use std::path::Path;

use countersign_access::engine::live::{Change, Live};
use countersign_access::engine::radius::Census;
use countersign_access::engine::snapshot::Snapshot;
use countersign_access::engine::sweep::{self, Demand};
use serde_json::{Value, json};

use crate::draw::{Organisation, Size};
use crate::measure::{Spent, Spread, forget_peak, median, peak_megabytes, say, spent};
use crate::w4;

/// Runs of which the median is told.
const RUNS: usize = 5;

/// Reads the folder and runs `w1`, `w3` or `w4`.
pub(crate) fn run(workload: &str, folder: &Path) -> Result<(), String> {
    let (loaded, load) = spent(|| -> Result<_, String> {
        let places = words(folder, if workload == "w3" { "changes.u32" } else { "asked.u32" })?;
        let organisation = read(folder)?;
        let parts = organisation.parts();
        let snapshot = Snapshot::build(&parts, organisation.edges());
        let snapshot = snapshot.map_err(|why| why.to_string())?;
        // What keeps findings exact has evaluated them once, as it has with other engines.
        let live = (workload == "w3").then(|| Live::build(&snapshot, &organisation.rules));
        let live = live.transpose().map_err(|why| why.to_string())?;
        Ok((snapshot, live, organisation, places))
    });
    let (snapshot, live, mut organisation, places) = loaded?;
    let whole = peak_megabytes();
    let (work, answer, told) = match (workload, live) {
        ("w3", Some(mut live)) => {
            drop(snapshot);
            forget_peak();
            changed(&mut live, &organisation, &places)?
        }
        ("w1" | "w4", _) => {
            (organisation.from, organisation.to) = (Vec::new(), Vec::new());
            forget_peak();
            let (work, answer) = if workload == "w1" {
                toxic(&snapshot, &organisation.rules)
            } else {
                who_can(&snapshot, &places)
            };
            (work, answer, json!({}))
        }
        (other, _) => {
            return Err(format!("no workload `{other}` over files: w1, w3 and w4 there are"));
        }
    };
    let running = peak_megabytes();
    let mut line = json!({
        "load_cpu": load.cpu,
        "cpu": work.cpu,
        "wall": work.wall,
        "peak_megabytes": whole.max(running),
        "running_megabytes": running,
        "answer": answer,
    });
    if let (Some(line), Some(told)) = (line.as_object_mut(), told.as_object()) {
        line.extend(told.clone());
    }
    say(&line.to_string());
    Ok(())
}

fn toxic(snapshot: &Snapshot, rules: &[Demand]) -> (Spent, Vec<u64>) {
    let mut counts = Vec::new();
    let work =
        median(RUNS, || counts = sweep::count(snapshot, rules, NonZero::<usize>::MIN).counts);
    (work, counts)
}

fn who_can(snapshot: &Snapshot, asked: &[u32]) -> (Spent, Vec<u64>) {
    let mut census = Census::new(snapshot);
    let mut answers = Vec::new();
    let work = median(RUNS, || {
        let slots = asked.iter().filter_map(|node| snapshot.slot(*node));
        answers = slots.flat_map(|slot| w4::answer(&mut census, slot)).collect();
    });
    (work, answers)
}

/// The findings of each rule, and their sum after each edge was taken away; it is put back before the next
/// one goes. What a change took is told apart for edges of identities and for all others.
fn changed(
    live: &mut Live,
    organisation: &Organisation,
    places: &[u32],
) -> Result<(Spent, Vec<u64>, Value), String> {
    let mut answer = live.counts();
    let [mut of_identities, mut structural] = [Vec::new(), Vec::new()];
    let (done, work) = spent(|| -> Result<(), String> {
        for place in places {
            let end = |ends: &[u32]| ends.get(*place as usize).copied();
            let ends = end(&organisation.from).zip(end(&organisation.to));
            let (from, to) = ends.ok_or_else(|| format!("there is no edge {place}"))?;
            let is_structural = from >= organisation.size.identities;
            let times = if is_structural { &mut structural } else { &mut of_identities };
            for change in [Change::Remove { from, to }, Change::Add { from, to }] {
                let (outcome, time) = spent(|| live.apply(&[change]));
                outcome.map_err(|why| why.to_string())?;
                times.push(time.cpu);
                if matches!(change, Change::Remove { .. }) {
                    answer.push(live.counts().iter().sum());
                }
            }
        }
        Ok(())
    });
    done?;
    let within = |times: Vec<f64>| Spread::of(times).microseconds();
    let told = json!({
        "identity_microseconds": within(of_identities),
        "structural_microseconds": within(structural),
    });
    Ok((work, answer, told))
}

fn wrong(folder: &Path, name: &str, what: &str) -> String {
    format!("`{}`: {what}", folder.join(name).display())
}

fn bytes(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    fs::read(folder.join(name)).map_err(|cause| wrong(folder, name, &cause.to_string()))
}

fn words(folder: &Path, name: &str) -> Result<Vec<u32>, String> {
    let bytes = bytes(folder, name)?;
    Ok(bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
}

fn read(folder: &Path) -> Result<Organisation, String> {
    let wrong = |name: &str, what: &str| wrong(folder, name, what);
    let words = |name: &str| words(folder, name);
    let sizes: serde_json::Value = serde_json::from_slice(&bytes(folder, "sizes.json")?)
        .map_err(|cause| wrong("sizes.json", &cause.to_string()))?;
    let count = |kind: &str| {
        let count = sizes.get(kind).and_then(serde_json::Value::as_u64);
        count.and_then(|it| u32::try_from(it).ok()).ok_or_else(|| wrong("sizes.json", kind))
    };
    let nodes = ["identities", "groups", "roles", "permissions", "resources"].map(count);
    let [identities, groups, roles, permissions, resources] = nodes;
    let size = Size::of([identities?, groups?, roles?, permissions?, resources?]);
    let mut sides = Vec::new();
    let rules = words("rules.u32")?;
    let mut rest = rules.as_slice();
    while let Some((count, behind)) = rest.split_first() {
        let split = behind.split_at_checked(*count as usize);
        let (side, others) = split.ok_or_else(|| wrong("rules.u32", "a side is cut off"))?;
        sides.push(side.to_vec());
        rest = others;
    }
    let rules = sides.chunks(2).map(|sides| Demand { sides: sides.to_vec() }).collect();
    Ok(Organisation { size, from: words("from.u32")?, to: words("to.u32")?, rules })
}
