//! A conversation with one plugin process: a line out, lines in, each with a limit of bytes and
//! time. A process that breaks the protocol is not spoken to again; who starts the next one is the
//! connector's business.

use std::sync::Arc;
use std::time::Duration;

use countersign_access::change::Manifest;
use countersign_access::fact::Chunk;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdout;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout, timeout_at};

use super::config::Config;
use super::process::Process;
use super::trouble::Trouble;
use super::wire::{Answer, Ask, End, Hello, PROTOCOLS, Refused, RefusedKind, Request, Role};
use crate::Fault;

/// One plugin process that has said hello.
#[derive(Debug)]
pub(super) struct Session {
    process: Process,
    config: Arc<Config>,
    role: Role,
    last_id: u64,
    secret_fields: Vec<String>,
}

/// An answer, or the plugin's own no; the session lives on after either.
pub(super) type Answered<T> = Result<T, Refused>;

impl Session {
    /// Starts a process and agrees with it on version and role.
    pub(super) async fn open(config: &Arc<Config>, role: Role) -> Result<(Self, Manifest), Fault> {
        let process = Process::start(config, role)?;
        let config = Arc::clone(config);
        let mut session = Self { process, config, role, last_id: 0, secret_fields: Vec::new() };
        match session.hello().await {
            Ok(Ok(manifest)) => Ok((session, manifest)),
            Ok(Err(refused)) => Err(session.refused(&refused)),
            Err(trouble) => Err(session.close(&trouble).await),
        }
    }

    /// Agrees on version and role, at the start or again.
    pub(super) async fn hello(&mut self) -> Result<Answered<Manifest>, Trouble> {
        let (role, system) = (self.role, self.config.system.clone());
        let ask = Ask::Hello { protocol: PROTOCOLS.to_vec(), role, system };
        let hello: Hello = match self.ask(ask).await? {
            Ok(hello) => hello,
            Err(refused) => return Ok(Err(refused)),
        };
        if !PROTOCOLS.contains(&hello.protocol) {
            return Err(Trouble::WrongProtocol { got: hello.protocol });
        }
        if hello.role != role {
            let (asked, got) = (role.as_str(), hello.role.as_str());
            return Err(Trouble::WrongRole { asked, got });
        }
        tracing::debug!(system = %self.config.system, plugin = hello.name, role = role.as_str(), "hello");
        self.secret_fields.clone_from(&hello.manifest.secret_fields);
        Ok(Ok(hello.manifest))
    }

    /// Names of answer fields that the last hello called secret.
    pub(super) fn secret_fields(&self) -> Vec<String> {
        self.secret_fields.clone()
    }

    /// One request, one answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        ask: Ask,
    ) -> Result<Answered<T>, Trouble> {
        let silence = self.config.limits.silence;
        let exchange = async {
            let id = self.send(ask).await?;
            one(self.receive::<T>(id).await?)
        };
        timeout(silence, exchange).await.map_err(|_| Trouble::Silent(silence))?
    }

    /// Everything the plugin can see, chunk by chunk.
    pub(super) async fn observe(
        &mut self,
        chunks: &Sender<Chunk>,
    ) -> Result<Answered<End>, Trouble> {
        let longest = self.config.limits.observe;
        let deadline = Instant::now() + longest;
        timeout_at(deadline, self.stream(chunks)).await.map_err(|_| Trouble::Endless(longest))?
    }

    /// False once the process has ended or has said something nobody asked for.
    pub(super) fn is_usable(&mut self) -> bool {
        self.process.stdout.buffer().is_empty() && self.process.is_alive()
    }

    /// Ends the process because of what it did.
    pub(super) async fn close(self, trouble: &Trouble) -> Fault {
        let system = &self.config.system;
        let what = self.process.hide(&trouble.to_string());
        let by_itself = matches!(trouble, Trouble::Ended | Trouble::Pipe(_));
        let last_words = self.process.bury(by_itself).await;
        let text = format!("the plugin of the system `{system}` {what}{last_words}");
        tracing::warn!(%system, text, "plugin process ended");
        if trouble.is_transient() { Fault::Transient(text) } else { Fault::Permanent(text) }
    }

    /// The plugin's own no, as a fault.
    pub(super) fn refused(&self, refused: &Refused) -> Fault {
        let text = format!(
            "the system `{}` says: {}",
            self.config.system,
            self.process.hide(&refused.message)
        );
        match refused.kind {
            RefusedKind::Transient => Fault::Transient(text),
            RefusedKind::Permanent => Fault::Permanent(text),
        }
    }

    async fn stream(&mut self, chunks: &Sender<Chunk>) -> Result<Answered<End>, Trouble> {
        let id = within(self.config.limits.silence, self.send(Ask::Observe)).await?;
        let mut seen = 0;
        loop {
            let line =
                within(self.config.limits.silence, self.receive::<serde_json::Value>(id)).await?;
            match line {
                Answer { chunk: Some(chunk), ok: None, error: None, end: None, .. } => {
                    seen += 1;
                    self.check(seen, &chunk)?;
                    let mut chunk = chunk;
                    self.own(&mut chunk);
                    chunks.send(chunk).await.map_err(|_| Trouble::NobodyListens)?;
                }
                Answer { end: Some(end), ok: None, error: None, chunk: None, .. } => {
                    return if end.chunks == seen {
                        Ok(Ok(end))
                    } else {
                        Err(Trouble::ChunksLost { said: end.chunks, seen })
                    };
                }
                Answer { error: Some(refused), ok: None, chunk: None, end: None, .. } => {
                    return Ok(Err(refused));
                }
                _ => return Err(Trouble::WrongForm("`observe` with neither a chunk nor an end")),
            }
        }
    }

    fn check(&self, seen: u64, chunk: &Chunk) -> Result<(), Trouble> {
        let (max, found) =
            (self.config.limits.facts_per_chunk_max, chunk.nodes.len() + chunk.edges.len());
        if seen > self.config.limits.chunks_max {
            return Err(Trouble::TooManyChunks { max: self.config.limits.chunks_max });
        }
        if found > max { Err(Trouble::ChunkTooBig { found, max }) } else { Ok(()) }
    }

    /// Facts belong to the system that was asked, whatever the plugin calls itself (law 10).
    fn own(&self, chunk: &mut Chunk) {
        let nodes = chunk.nodes.iter_mut().map(|node| &mut node.because);
        let edges = chunk.edges.iter_mut().map(|edge| &mut edge.because);
        for because in nodes.chain(edges) {
            because.source = self.config.system.clone();
        }
    }

    async fn send(&mut self, ask: Ask) -> Result<u64, Trouble> {
        self.last_id += 1;
        let request = Request { id: self.last_id, ask };
        let mut line = serde_json::to_vec(&request).map_err(|e| Trouble::Pipe(e.into()))?;
        line.push(b'\n');
        let stdin = &mut self.process.stdin;
        match stdin.write_all(&line).await.and(stdin.flush().await) {
            Ok(()) => Ok(request.id),
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(Trouble::Ended),
            Err(error) => Err(Trouble::Pipe(error)),
        }
    }

    async fn receive<T: DeserializeOwned>(&mut self, id: u64) -> Result<Answer<T>, Trouble> {
        let line = line(&mut self.process.stdout, self.config.limits.line_bytes_max).await?;
        let answer: Answer<T> =
            serde_json::from_slice(&line).map_err(|error| Trouble::Garbage(error.to_string()))?;
        if answer.id == id {
            Ok(answer)
        } else {
            Err(Trouble::WrongId { asked: id, got: answer.id })
        }
    }
}

async fn within<T>(
    silence: Duration,
    exchange: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    timeout(silence, exchange).await.map_err(|_| Trouble::Silent(silence))?
}

fn one<T>(answer: Answer<T>) -> Result<Answered<T>, Trouble> {
    match answer {
        Answer { ok: Some(ok), error: None, chunk: None, end: None, .. } => Ok(Ok(ok)),
        Answer { error: Some(error), ok: None, chunk: None, end: None, .. } => Ok(Err(error)),
        _ => {
            Err(Trouble::WrongForm("with neither `ok` nor `error`, or with more than one of them"))
        }
    }
}

/// One line without its end. A line that is cut off by the end of the process is no line.
async fn line(stdout: &mut BufReader<ChildStdout>, max: usize) -> Result<Vec<u8>, Trouble> {
    let mut line = Vec::new();
    loop {
        let buffer = stdout.fill_buf().await.map_err(Trouble::Pipe)?;
        if buffer.is_empty() {
            return Err(Trouble::Ended);
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = end.unwrap_or(buffer.len());
        if line.len() + part > max {
            return Err(Trouble::LineTooLong { max });
        }
        line.extend(buffer.iter().take(part));
        let used = if end.is_some() { part + 1 } else { part };
        stdout.consume(used);
        if end.is_some() {
            return Ok(line);
        }
    }
}
