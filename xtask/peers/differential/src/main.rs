//! W3 with differential-dataflow: holders of both sides of each rule, kept exact while edges are removed
//! and added again, one worker. Prints one line: what loading took, which here is the first evaluation,
//! what the changes took, and the findings of each rule, then the sum of findings after each removal.
//!
//! usage: differential-peer FOLDER

use std::cell::RefCell;
use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;
use std::{env, fs};

use differential_dataflow::input::InputSession;
use differential_dataflow::operators::iterate::Iterate;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use timely::dataflow::operators::probe::Handle;

/// Edges by whom is gained from, and permissions by side.
struct Organisation {
    identities: u32,
    edges: Vec<(u32, u32)>,
    sides: Vec<(u32, u32)>,
    rules: usize,
    /// Positions of the edges that are removed and added again.
    changes: Vec<u32>,
}

impl Organisation {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let words = |name: &str| -> Result<Vec<u32>, Box<dyn Error>> {
            let bytes = fs::read(folder.join(name))?;
            Ok(bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
        };
        let sizes: Value = serde_json::from_slice(&fs::read(folder.join("sizes.json"))?)?;
        let identities = sizes["identities"].as_u64().ok_or("no identities")?.try_into()?;
        let edges = words("to.u32")?.into_iter().zip(words("from.u32")?).collect();
        let (mut sides, mut side) = (Vec::new(), 0);
        let rules = words("rules.u32")?;
        let mut rest = rules.as_slice();
        while let Some((count, behind)) = rest.split_first() {
            let (permissions, others) = behind.split_at(*count as usize);
            sides.extend(permissions.iter().map(|permission| (*permission, side)));
            side += 1;
            rest = others;
        }
        let changes = words("changes.u32")?;
        Ok(Self { identities, edges, sides, rules: side as usize / 2, changes })
    }
}

struct Spent {
    cpu: f64,
    wall: f64,
}

struct Clock(f64, Instant);

impl Clock {
    fn start() -> Self {
        Self(processor(), Instant::now())
    }

    fn spent(&self) -> Spent {
        Spent { cpu: processor() - self.0, wall: self.1.elapsed().as_secs_f64() }
    }
}

fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: differential-peer FOLDER")?;
    let clock = Clock::start();
    let organisation = Organisation::read(Path::new(&folder))?;
    let line = timely::execute_directly(move |worker| run(worker, &organisation, &clock));
    println!("{line}");
    Ok(())
}

fn run(
    worker: &mut timely::worker::Worker,
    organisation: &Organisation,
    clock: &Clock,
) -> Value {
    let mut edges = InputSession::<u32, (u32, u32), isize>::new();
    let mut sides = InputSession::<u32, (u32, u32), isize>::new();
    let mut probe = Handle::new();
    let counts = Rc::new(RefCell::new(vec![0isize; organisation.rules]));
    let kept = Rc::clone(&counts);
    let identities = organisation.identities;
    worker.dataflow(|scope| {
        let edges = edges.to_collection(scope);
        let sides = sides.to_collection(scope);
        let reached = sides.clone().iterate(|scope, reached| {
            let (edges, sides) = (edges.enter(scope), sides.enter(scope));
            reached.join_map(edges, |_node, side, source| (*source, *side)).concat(sides).distinct()
        });
        let met = reached.filter(move |(node, _)| *node < identities);
        let left = met.clone().filter(|(_, side)| side % 2 == 0);
        let right = met.filter(|(_, side)| side % 2 == 1);
        left.map(|(node, side)| ((node, side / 2), ()))
            .semijoin(right.map(|(node, side)| (node, side / 2)))
            .map(|((_, rule), ())| rule)
            .consolidate()
            .inspect(move |(rule, _time, more)| kept.borrow_mut()[*rule as usize] += more)
            .probe_with(&mut probe);
    });
    organisation.edges.iter().for_each(|edge| edges.insert(*edge));
    organisation.sides.iter().for_each(|side| sides.insert(*side));
    sides.close();
    edges.advance_to(1);
    edges.flush();
    worker.step_while(|| probe.less_than(edges.time()));
    let load = clock.spent();
    let mut answer: Vec<isize> = counts.borrow().clone();
    let all = Clock::start();
    let mut times = [Vec::new(), Vec::new()];
    for position in &organisation.changes {
        let edge = organisation.edges[*position as usize];
        let is_structural = usize::from(edge.1 >= identities);
        for more in [-1, 1] {
            let one = Clock::start();
            edges.update(edge, more);
            edges.advance_to(edges.time() + 1);
            edges.flush();
            worker.step_while(|| probe.less_than(edges.time()));
            times[is_structural].push(one.spent().cpu * 1e6);
            if more < 0 {
                answer.push(counts.borrow().iter().sum());
            }
        }
    }
    let work = all.spent();
    let [identity, structural] = times.map(within);
    json!({
        "load_cpu": load.cpu,
        "cpu": work.cpu,
        "wall": work.wall,
        "peak_megabytes": peak_megabytes(),
        "identity_microseconds": identity,
        "structural_microseconds": structural,
        "answer": answer,
    })
}

/// Half, 99 of 100 and all within so much.
fn within(mut times: Vec<f64>) -> [f64; 3] {
    times.sort_by(f64::total_cmp);
    let last = times.len().saturating_sub(1);
    [50, 99, 100].map(|percent| times.get(last * percent / 100).copied().unwrap_or_default())
}

fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|it| it.parse::<u32>().ok());
    f64::from(kilobytes.unwrap_or_default()) / 1024.0
}
