//! What a server says when it does not do what was asked (RFC 9457), in words for people and as an
//! exit code for programs.

use serde::Deserialize;
use serde_json::Value;

use super::people;
use super::send::Client;
use super::token::VARIABLE;
use crate::exit::Exit;

/// A problem.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The problem as it was sent.
    pub(crate) sent: Value,
    read: Read,
}

/// What is read of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Read {
    status: u16,
    code: String,
    detail: String,
    who: String,
    next: String,
    current: Option<i64>,
    state: Option<State>,
}

/// What is read of the case that comes along.
#[derive(Debug, Deserialize)]
struct State {
    reference: Option<String>,
    status: Option<String>,
}

impl Problem {
    /// Reads a problem; `None` when it is none of ours.
    pub(crate) fn read(status: u16, sent: &[u8]) -> Option<Self> {
        let sent: Value = serde_json::from_slice(sent).ok()?;
        let mut read: Read = serde_json::from_value(sent.clone()).ok()?;
        if read.code.is_empty() || read.detail.is_empty() {
            return None;
        }
        read.status = status;
        Some(Self { sent, read })
    }

    /// Whether sending the same again may help.
    pub(crate) fn is_passing(&self) -> bool {
        // When a connected system does not answer, or a question is too large, asking the server again
        // changes nothing.
        self.read.status == 503
            && !matches!(self.read.code.as_str(), "system.fault" | "graph.too-long")
    }

    /// The same in the words of OAuth 2.0, where there are such.
    pub(crate) fn error(&self) -> &str {
        self.sent.get("error").and_then(Value::as_str).unwrap_or_default()
    }

    /// How a command that met it ends.
    pub(crate) fn exit(&self) -> Exit {
        match self.read.status {
            401 | 403 | 409 | 412 => Exit::Findings,
            408 | 429 | 500.. => Exit::Fault,
            _ => Exit::Malformed,
        }
    }

    /// What, why, who could and what next.
    pub(crate) async fn words(&self, client: &Client) -> String {
        if self.read.code.starts_with("token.") && self.read.status == 401 {
            return no_token(client);
        }
        let Read { code, detail, who, next, current, state, .. } = &self.read;
        let what = match self.exit() {
            Exit::Done | Exit::Findings => "refused: ",
            Exit::Malformed => "",
            Exit::Fault => "failed: ",
        };
        let mut words = format!("{what}{detail} ({code})");
        if !who.is_empty() {
            words.push_str(&format!("\n  who could: {}", people::named(client, who).await));
        }
        if let Some(State { reference: Some(reference), status: Some(status) }) = state {
            let at = current.map(|current| format!(" (sequence {current})")).unwrap_or_default();
            words.push_str(&format!("\n  now: {reference} is {status}{at}"));
        }
        if !next.is_empty() {
            words.push_str(&format!("\n  next: {next}"));
        }
        words
    }
}

fn no_token(client: &Client) -> String {
    let why = if client.has_token() {
        "the server does not know this token, or it is over or revoked"
    } else {
        "the server wants to know who asks, and no token was given"
    };
    format!(
        "refused: {why}\n  next: put a token into {VARIABLE}, or give `--token-file FILE`; whoever \
         runs the server makes one with `countersign token issue --person NAME`"
    )
}
