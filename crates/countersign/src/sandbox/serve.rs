//! The plugin process: a request a line in, its answer out, until standard input ends. Which
//! requests a role may make is decided here; what they do is `change` and `answer`.

use std::io::{BufRead, Read, Write};

use countersign_access::change::{Order, Outcome, Preview};
use countersign_access::fact::Chunk;
use countersign_connect::plugin::wire::{Answer, Ask, Done, End, Hello, PROTOCOLS, Request, Role};
use serde::Serialize;

use super::broken::Broken;
use super::faults::Faults;
use super::file::StateFile;
use super::state::System;
use super::{answer, change};

/// Longest request, in bytes.
const REQUEST_BYTES_MAX: u64 = 1_024 * 1_024;

/// Nodes or edges in one chunk.
const CHUNK_FACTS: usize = 500;

/// One plugin process.
#[derive(Debug)]
pub(super) struct Process {
    /// Where the system is kept.
    pub(super) file: StateFile,
    /// Which of the systems there.
    pub(super) system: String,
    /// Under which credential it works.
    pub(super) role: Role,
    /// How it was told to misbehave.
    pub(super) faults: Faults,
}

/// Answers until standard input ends.
pub(super) fn serve(process: &Process) -> Result<(), Broken> {
    let mut input = std::io::stdin().lock();
    let mut output = std::io::stdout().lock();
    while let Some(request) = next(&mut input)? {
        if !matches!(request.ask, Ask::Hello { .. }) && process.faults().is_ok_and(|it| it.hang) {
            return until_input_ends(&mut input);
        }
        for line in process.answer(&request, &mut input) {
            output
                .write_all(line.as_bytes())
                .and_then(|()| output.write_all(b"\n"))
                .map_err(|error| Broken::Fault(format!("nobody reads the answers ({error})")))?;
        }
        output
            .flush()
            .map_err(|error| Broken::Fault(format!("nobody reads the answers ({error})")))?;
    }
    Ok(())
}

fn next(input: &mut impl BufRead) -> Result<Option<Request>, Broken> {
    let mut line = Vec::new();
    input
        .take(REQUEST_BYTES_MAX)
        .read_until(b'\n', &mut line)
        .map_err(|error| Broken::Fault(format!("could not read the next request ({error})")))?;
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| {
        Broken::Malformed(format!(
            "what came in is no request of plugin protocol 0 ({error}): docs/reference/plugin-protocol.md shows them"
        ))
    })
}

/// Does nothing until whoever asked gives up; never outlives them.
fn until_input_ends(input: &mut impl Read) -> Result<(), Broken> {
    std::io::copy(input, &mut std::io::sink())
        .map(|_| ())
        .map_err(|error| Broken::Fault(format!("could not read on ({error})")))
}

impl Process {
    fn faults(&self) -> Result<Faults, Broken> {
        Ok(self.faults.or(self.file.system(&self.system)?.faults))
    }

    /// The lines of the answer. `input` is read on only by a fault that never answers.
    fn answer(&self, request: &Request, input: &mut impl Read) -> Vec<String> {
        let id = request.id;
        let lines = match &request.ask {
            Ask::Hello { protocol, .. } => self.hello(protocol).map(|ok| one(id, ok)),
            Ask::Observe => self.reads().map(|system| observed(id, &system)),
            Ask::Preview { order } => self.preview(order).map(|preview| one(id, preview)),
            Ask::Enforce { order } => self.enforce(order, input).map(|done| one(id, done)),
            Ask::Verify { claim } => self.reads().map(|system| {
                one(id, answer::read_back(self.file.path(), &self.system, &system, claim))
            }),
        };
        lines.unwrap_or_else(|broken| vec![line(&Answer::<()>::error(id, broken.refused()))])
    }

    fn hello(&self, offered: &[u32]) -> Result<Hello, Broken> {
        let common = PROTOCOLS.into_iter().find(|version| offered.contains(version));
        let protocol = common.ok_or_else(|| {
            Broken::Malformed(format!(
                "this sandbox speaks plugin protocol {PROTOCOLS:?}, it was offered {offered:?}: bring both to the same version"
            ))
        })?;
        let name = format!("countersign sandbox {}", env!("CARGO_PKG_VERSION"));
        Ok(Hello { protocol, name, role: self.role, manifest: answer::manifest() })
    }

    fn system(&self) -> Result<System, Broken> {
        self.file.system(&self.system)
    }

    fn reads(&self) -> Result<System, Broken> {
        match self.role {
            Role::Read => self.system(),
            Role::Write => Err(Broken::Malformed(
                "this process works with the write credential and reads nothing: ask one that was started with `--as read`"
                    .to_owned(),
            )),
        }
    }

    fn preview(&self, order: &Order) -> Result<Preview, Broken> {
        let system = self.system()?;
        let deny = self.faults.or(system.faults).deny;
        let change = (&order.change, deny);
        Ok(answer::preview(self.file.path(), &self.system, &system, change))
    }

    fn enforce(&self, order: &Order, input: &mut impl Read) -> Result<Done, Broken> {
        if self.role == Role::Read {
            return Err(Broken::Malformed(
                "this process works with the read credential and changes nothing: ask one that was started with `--as write`"
                    .to_owned(),
            ));
        }
        let faults = self.faults()?;
        if faults.deny {
            return Err(Broken::Malformed(answer::denied(&self.system)));
        }
        let (script, _) = answer::commands(self.file.path(), &self.system, &order.change);
        let outcome =
            if faults.lie { Outcome::Changed } else { self.carry_out(order, faults, input)? };
        Ok(Done { key: order.key.clone(), outcome, statements: vec![script] })
    }

    fn carry_out(
        &self,
        order: &Order,
        faults: Faults,
        input: &mut impl Read,
    ) -> Result<Outcome, Broken> {
        let stop = || {
            if faults.hang_before_rename {
                let _never_answers = until_input_ends(input);
            }
        };
        let carry_out = |system: &mut System| change::carry_out(system, order);
        let (outcome, is_new) = self.file.change(&self.system, carry_out, stop)?;
        if faults.crash_after_enforce && is_new {
            std::process::abort();
        }
        Ok(outcome)
    }
}

fn observed(id: u64, system: &System) -> Vec<String> {
    let nodes = system
        .nodes
        .chunks(CHUNK_FACTS)
        .map(|part| Chunk { nodes: part.to_vec(), edges: Vec::new() });
    let edges = system
        .edges
        .chunks(CHUNK_FACTS)
        .map(|part| Chunk { nodes: Vec::new(), edges: part.to_vec() });
    let mut lines: Vec<String> =
        nodes.chain(edges).map(|chunk| line(&Answer::<()>::chunk(id, chunk))).collect();
    let end = End { chunks: lines.len() as u64, unreadable: Vec::new() };
    lines.push(line(&Answer::<()>::end(id, end)));
    lines
}

fn one<T: Serialize>(id: u64, ok: T) -> Vec<String> {
    vec![line(&Answer::ok(id, ok))]
}

/// These forms always have a JSON form; an empty line would be refused by the other end.
fn line<T: Serialize>(answer: &Answer<T>) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}
