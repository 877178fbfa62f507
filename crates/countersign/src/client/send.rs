//! Requests: what is sent, how often it is tried, how long an answer may be. A change carries a key,
//! so that trying it again never does it twice.

use std::net::IpAddr;
use std::time::Duration;

use countersign_server::clock::Chance;
use reqwest::{Method, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use super::{Remote, Stopped, token};
use crate::clock;
use crate::exit::Failure;
use crate::output;

/// Times that a request is sent before it counts as failed.
const ATTEMPTS_MAX: u32 = 3;

/// Wait before the second attempt; doubled before the third.
const WAIT_FIRST: Duration = Duration::from_millis(200);

/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Longest wait for an answer; a system that is read at once may take its time.
const ANSWER_MAX: Duration = Duration::from_mins(5);

/// Longest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// One server, as one person speaks to it.
#[derive(Debug)]
pub(crate) struct Client {
    address: Url,
    token: Option<SecretString>,
    http: reqwest::Client,
}

/// The key under which a change is carried out once, and the sequence that was seen.
type Once = (String, Option<i64>);

/// A request that can be sent again.
#[derive(Debug)]
struct Request<'a> {
    method: Method,
    url: Url,
    /// What is sent.
    body: Option<&'a Value>,
    /// For a change its key, and the sequence that was seen.
    once: Option<Once>,
}

/// Why an attempt did not bring an answer.
enum Attempt {
    /// Again may help.
    Passing(Stopped),
    /// Again will not help.
    Over(Stopped),
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, or the token cannot be read.
    pub(crate) fn new(remote: &Remote) -> Result<Self, Failure> {
        Self::showing(remote, token::find(remote.token_file.as_deref())?)
    }

    /// A client of somebody who has no token yet.
    ///
    /// # Errors
    /// When the address is none.
    pub(crate) fn of_nobody(remote: &Remote) -> Result<Self, Failure> {
        Self::showing(remote, None)
    }

    fn showing(remote: &Remote, token: Option<SecretString>) -> Result<Self, Failure> {
        let address = address(&remote.server)?;
        let is_near = is_on_this_machine(&address);
        if token.is_some() && address.scheme() == "http" && !is_near {
            output::say(&format!(
                "the token travels readable to `{address}`: use an https address where you can"
            ));
        }
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
        let builder = if is_near { builder.no_proxy() } else { builder };
        let http = builder.build().map_err(|error| {
            Failure::fault(format!("could not prepare a connection: {error}; check the machine"))
        })?;
        Ok(Self { address, token, http })
    }

    /// Whether a token is shown.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Asks for something.
    ///
    /// # Errors
    /// The server's problem, or that there was no answer.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, String)],
    ) -> Result<T, Stopped> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = Request { method: Method::GET, url, body: None, once: None };
        self.read(&self.send(&request).await?)
    }

    /// Asks something that needs a body. Nothing is changed by it, so no key goes along.
    ///
    /// # Errors
    /// The server's problem, or that there was no answer.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &Value,
    ) -> Result<T, Stopped> {
        let (method, url) = (Method::POST, self.url(path)?);
        let request = Request { method, url, body: Some(body), once: None };
        self.read(&self.send(&request).await?)
    }

    /// Changes something, once: the same key goes along with every attempt.
    ///
    /// # Errors
    /// The server's problem, or that there was no answer.
    pub(crate) async fn change(
        &self,
        path: &[&str],
        body: &Value,
        seen: Option<i64>,
    ) -> Result<Value, Stopped> {
        self.once(Method::POST, (path, Some(body)), seen).await
    }

    /// Takes something away, once.
    ///
    /// # Errors
    /// The server's problem, or that there was no answer.
    pub(crate) async fn take_away(
        &self,
        path: &[&str],
        seen: Option<i64>,
    ) -> Result<Value, Stopped> {
        self.once(Method::DELETE, (path, None), seen).await
    }

    async fn once(
        &self,
        method: Method,
        (path, body): (&[&str], Option<&Value>),
        seen: Option<i64>,
    ) -> Result<Value, Stopped> {
        let key = Chance::real().id(clock::now());
        let key = key.map_err(|error| Failure::fault(error.to_string()))?.to_string();
        let request = Request { method, url: self.url(path)?, body, once: Some((key, seen)) };
        self.read(&self.send(&request).await?)
    }

    /// An answer, read as what it should be.
    fn read<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, Stopped> {
        serde_json::from_slice(answer).map_err(|_| self.stranger("its answer has another form"))
    }

    async fn send(&self, request: &Request<'_>) -> Result<Vec<u8>, Stopped> {
        let mut wait = WAIT_FIRST;
        let mut attempt = 1;
        loop {
            match self.attempt(request).await {
                Ok(answer) => return Ok(answer),
                Err(Attempt::Over(stopped)) => return Err(stopped),
                Err(Attempt::Passing(stopped)) if attempt >= ATTEMPTS_MAX => return Err(stopped),
                Err(Attempt::Passing(_)) => {}
            }
            tokio::time::sleep(wait).await;
            wait = wait.saturating_mul(2);
            attempt = attempt.saturating_add(1);
        }
    }

    async fn attempt(&self, request: &Request<'_>) -> Result<Vec<u8>, Attempt> {
        let mut sent = self.http.request(request.method.clone(), request.url.clone());
        if let Some(token) = &self.token {
            sent = sent.bearer_auth(token.expose_secret());
        }
        if let Some(body) = request.body {
            sent = sent.json(body);
        }
        if let Some((key, seen)) = &request.once {
            sent = sent.header("idempotency-key", key);
            if let Some(seen) = seen {
                sent = sent.header("if-match", format!("\"{seen}\""));
            }
        }
        let answer = sent.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let bytes = self.bytes(answer).await?;
        if status.is_success() {
            return Ok(bytes);
        }
        match Problem::read(status.as_u16(), &bytes) {
            Some(problem) if problem.is_passing() => {
                Err(Attempt::Passing(Stopped::Problem(Box::new(problem))))
            }
            Some(problem) => Err(Attempt::Over(Stopped::Problem(Box::new(problem)))),
            None => {
                let stopped = self.stranger(&format!("it answered `{status}` and not why"));
                let is_passing = status.as_u16() == 503;
                Err(if is_passing { Attempt::Passing(stopped) } else { Attempt::Over(stopped) })
            }
        }
    }

    async fn bytes(&self, mut answer: Response) -> Result<Vec<u8>, Attempt> {
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.unreachable(&error))? {
            if bytes.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
                let why = format!("its answer has more than {ANSWER_BYTES_MAX} bytes");
                return Err(Attempt::Over(self.stranger(&why)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn unreachable(&self, error: &reqwest::Error) -> Attempt {
        let mut why: &dyn std::error::Error = error;
        while let Some(source) = why.source() {
            why = source;
        }
        let words = format!(
            "no server answers at `{}`: {why}; start one with `countersign serve`, or with \
             `countersign demo` to try it, or name another with `--server URL`",
            self.shown()
        );
        Attempt::Passing(Stopped::Failed(Failure::fault(words)))
    }

    fn stranger(&self, why: &str) -> Stopped {
        Stopped::Failed(Failure::fault(format!(
            "what answers at `{}` is no Countersign server of this version ({why}): check `--server`",
            self.shown()
        )))
    }

    fn shown(&self) -> &str {
        self.address.as_str().trim_end_matches('/')
    }

    fn url(&self, path: &[&str]) -> Result<Url, Failure> {
        below(self.address.clone(), &[&["api", "v1"], path].concat())
    }
}

/// The address of a page for people.
///
/// # Errors
/// When the server's address is none.
pub(crate) fn page(remote: &Remote, path: &[&str]) -> Result<Url, Failure> {
    below(address(&remote.server)?, path)
}

fn below(mut address: Url, path: &[&str]) -> Result<Url, Failure> {
    let shown = address.to_string();
    let mut parts = address.path_segments_mut().map_err(|()| not_an_address(&shown))?;
    parts.pop_if_empty().extend(path);
    drop(parts);
    Ok(address)
}

fn address(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text.trim()).map_err(|_| not_an_address(text))?;
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
        return Err(not_an_address(text));
    }
    Ok(url)
}

fn not_an_address(text: &str) -> Failure {
    Failure::malformed(format!(
        "`{text}` is no address of a server: write `--server http://127.0.0.1:7411`"
    ))
}

fn is_on_this_machine(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}
