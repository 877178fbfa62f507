//! A whole server in the test's own process: its own database and data folder, a clock that the test
//! turns, people in every seat with their tokens, and a client that speaks HTTP as one of them. What
//! is tested is what the server answers; the laboratory itself decides nothing.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

pub(crate) mod check;
pub(crate) mod log;
pub(crate) mod place;
pub(crate) mod provider;
pub(crate) mod sandbox;
pub(crate) mod target;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use countersign_governance::actor::Actor;
use countersign_governance::id::PersonId;
use countersign_governance::{Command, policy};
use countersign_policy::folder::Folder;
use countersign_policy::rules::{self, RuleSet, Text};
use countersign_server::act::{Asked, NotDone};
use countersign_server::adoption;
use countersign_server::clock::{Chance, Clock, TurnedClock};
use countersign_server::config::Config;
use countersign_server::start::{NotStarted, Running, Settings, start};
use countersign_server::{setup, token};
use countersign_store::reached::judged_position;
use countersign_store::seal::{oldest_unsealed, oldest_unsigned};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(crate) use self::place::{Keep, Place};

/// Longest wait for something that must happen.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(15);

/// By how much [`Lab::until_in_time`] turns the clock with each look.
const TICK: SignedDuration = SignedDuration::from_millis(500);

/// When the turned clock begins.
const BEGINNING: &str = "2027-01-04T08:00:00Z";

/// Somebody in every seat; the keys are what tests call them by.
const PEOPLE: &str = r#"
person = [
  { id = "owner", name = "Olga Owner", seats = ["business"], processes = ["procure-to-pay"] },
  { id = "other-owner", name = "Otto Other", seats = ["business"] },
  { id = "control", name = "Carla Control", seats = ["control"] },
  { id = "other-control", name = "Carlo Control", seats = ["control"] },
  { id = "security", name = "Sem Security", seats = ["security"] },
  { id = "other-security", name = "Sina Security", seats = ["security"] },
  { id = "legal", name = "Lea Legal", seats = ["legal"] },
  { id = "operations", name = "Omar Operations", seats = ["operations"] },
  { id = "auditor", name = "Ada Auditor", seats = ["auditor"] },
]
"#;

const PROCESSES: &str = r#"
process = [
  { id = "procure-to-pay", name = "Procure to pay", criticality = "high", owner = "owner" },
]
"#;

/// The rules of the business pack alone: they see tagged tables only, so that what other tests do in
/// the same cluster is not theirs.
pub(crate) fn business() -> RuleSet {
    let texts: Vec<Text> =
        rules::builtin_texts().into_iter().filter(|it| it.name.contains("business")).collect();
    rules::load(&texts, false).expect("the built-in packs can be read")
}

/// All rules that come with the product.
pub(crate) fn builtin() -> RuleSet {
    rules::load(&[], true).expect("the built-in packs can be read")
}

/// Rules of the test's own, in the form of a pack.
pub(crate) fn own_rules(pack: &str) -> RuleSet {
    let text = Text { name: "own.toml".to_owned(), text: pack.to_owned() };
    rules::load(&[text], false).unwrap_or_else(|bad| panic!("{bad:?}"))
}

/// A server, with everything that it keeps.
pub(crate) struct Lab {
    /// The clock that the server goes by.
    pub(crate) clock: TurnedClock,
    /// The people, by key.
    pub(crate) people: BTreeMap<String, PersonId>,
    place: Place,
    folder: PathBuf,
    systems: String,
    policy: Folder,
    tokens: BTreeMap<String, String>,
    running: Option<Running>,
    http: reqwest::Client,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
    pub(crate) etag: Option<String>,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The body of an answer that is a yes.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {:#}", self.status, self.body);
        self.body
    }

    /// The body of an answer that is a no, with this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        let is = (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default());
        assert_eq!(is, (status, code), "{:#}", self.body);
        self.body
    }
}

impl Lab {
    /// A server with these systems (the TOML of the configuration), judged by these rules.
    pub(crate) async fn start(place: Place, systems: &str, policy: RuleSet) -> Self {
        let folder = place.folder().join("node-1");
        let beginning: Timestamp = BEGINNING.parse().expect("an instant");
        let clock = TurnedClock::standing_at(beginning);
        let mut lab = Self {
            clock,
            people: BTreeMap::new(),
            place,
            folder,
            systems: systems.to_owned(),
            policy: Self::judging_by(&policy),
            tokens: BTreeMap::new(),
            running: None,
            http: reqwest::Client::new(),
        };
        lab.go_on().await;
        lab.appoint().await;
        lab
    }

    /// The same server, started again under this policy, once security put it in force.
    pub(crate) async fn under(mut self, policy: Folder) -> Self {
        self.adopt("security", &policy).await.expect("the security seat signs");
        self.stop().await;
        self.use_policy(policy);
        self.go_on().await;
        self
    }

    /// Puts a policy in force: one person proposes it, and the legal seat countersigns.
    pub(crate) async fn adopt(&self, who: &str, policy: &Folder) -> Result<(), NotDone> {
        let person = |who: &str| Actor::Person(*self.people.get(who).expect("one of the people"));
        let why = "the auditors asked for another policy";
        let asked = adoption::adopt(&self.door().chance, person(who), policy, why);
        self.door().act(asked.expect("a policy that can be kept")).await?;
        let countersign = Command::Policy(policy::Command::Countersign(policy.digest.clone()));
        self.door().act(Asked::new(person("legal"), countersign)).await.map(|_| ())
    }

    /// A second server on the same database, with a data folder of its own and the same ledger key.
    pub(crate) async fn beside(&self) -> Self {
        self.beside_under(self.policy.clone()).await
    }

    /// The same, judged by these rules.
    pub(crate) async fn beside_with(&self, rules: RuleSet) -> Self {
        self.beside_under(Self::judging_by(&rules)).await
    }

    async fn beside_under(&self, policy: Folder) -> Self {
        let mut lab = Self { policy, ..self.beside_without_key() };
        std::fs::create_dir_all(&lab.folder).expect("a folder");
        std::fs::copy(self.folder.join("ledger.key"), lab.folder.join("ledger.key"))
            .expect("the key");
        lab.go_on().await;
        lab
    }

    /// A second server on the same database that nobody gave the ledger's key; it is not started.
    pub(crate) fn beside_without_key(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            people: self.people.clone(),
            place: self.place.same(),
            folder: self.place.folder().join("node-2"),
            systems: self.systems.clone(),
            policy: self.policy.clone(),
            tokens: self.tokens.clone(),
            running: None,
            http: reqwest::Client::new(),
        }
    }

    /// Starts the server, or starts it again.
    pub(crate) async fn go_on(&mut self) {
        match self.try_go_on().await {
            Ok(()) => {}
            Err(refusal) => panic!("{refusal}"),
        }
    }

    /// The same, where it may be refused.
    pub(crate) async fn try_go_on(&mut self) -> Result<(), NotStarted> {
        assert!(self.running.is_none(), "the server runs already");
        let settings = self.settings();
        self.running = Some(start(settings, self.clock.clock(), Chance::real()).await?);
        Ok(())
    }

    /// What the server is started with.
    pub(crate) fn settings(&self) -> Settings {
        let config = Config::parse(&self.systems).unwrap_or_else(|bad| panic!("{bad}"));
        // A provider sends browsers back to an address that it was told beforehand.
        let back = config.provider.as_ref().and_then(|it| it.redirect_origin.as_deref());
        let port = back.and_then(|it| it.rsplit(':').next()?.parse().ok()).unwrap_or(0);
        Settings {
            database: self.place.url(),
            data: self.folder.clone(),
            listen: SocketAddr::from(([127, 0, 0, 1], port)),
            config,
            policy: self.policy.clone(),
        }
    }

    /// Ends the server in order; everything stays where it is.
    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Ends the server without a word, as a kill would: nothing is finished, nothing is sealed.
    pub(crate) async fn kill(&mut self) {
        if let Some(running) = self.running.take() {
            let store = running.workers.door.store.clone();
            drop(running);
            store.close().await;
        }
    }

    /// What it is started with from now on: other systems.
    pub(crate) fn use_systems(&mut self, systems: &str) {
        systems.clone_into(&mut self.systems);
    }

    /// The policy that it decides by, judging by these rules.
    pub(crate) fn judging_by(rules: &RuleSet) -> Folder {
        Folder::builtin().judging_by(rules.clone())
    }

    /// What it is started with from now on: other rules.
    pub(crate) fn use_rules(&mut self, rules: RuleSet) {
        self.use_policy(Self::judging_by(&rules));
    }

    /// What it is started with from now on: another policy.
    pub(crate) fn use_policy(&mut self, policy: Folder) {
        self.policy = policy;
    }

    /// The running server.
    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("the server runs")
    }

    /// The door of the running server.
    pub(crate) fn door(&self) -> &countersign_server::act::Door {
        &self.running().workers.door
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// The clock that the server is given.
    pub(crate) fn server_clock(&self) -> Clock {
        self.clock.clock()
    }

    /// The id of one of the people, as the API takes it.
    pub(crate) fn id(&self, who: &str) -> String {
        self.people.get(who).expect("one of the people").to_string()
    }

    /// Runs a statement past the server, as an earlier version of it might have left things.
    pub(crate) async fn raw(&self, sql: &str) {
        self.place.raw(sql).await;
    }

    /// Ends the server and takes its database down.
    pub(crate) async fn end(mut self) {
        self.stop().await;
        self.place.end().await;
    }

    async fn appoint(&mut self) {
        let (people, processes) = setup::parse(PEOPLE, PROCESSES).expect("the people of the test");
        let door = self.door().clone();
        self.people = setup::organisation(&door, &people, &processes).await.expect("a first start");
        for (key, id) in self.people.clone() {
            let issued = token::issue(&door, id, token::Scope::Act, "test", 365).await;
            let secret = issued.expect("a token").expose_secret().to_owned();
            self.tokens.insert(key, secret);
        }
    }

    /// Asks as one of the people.
    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.send(who, (Method::GET, path), None, &[]).await
    }

    /// Sends as one of the people.
    pub(crate) async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.send(who, (Method::POST, path), Some(body), &[]).await
    }

    /// Takes away as one of the people.
    pub(crate) async fn delete(&self, who: &str, path: &str) -> Answer {
        self.send(who, (Method::DELETE, path), None, &[]).await
    }

    /// Sends as one of the people, with headers.
    pub(crate) async fn post_with(
        &self,
        who: &str,
        path: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send(who, (Method::POST, path), Some(body), headers).await
    }

    /// Sends as whoever has this token.
    pub(crate) async fn post_by(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send_by(Some(token), (Method::POST, path), Some(body), &[]).await
    }

    /// A new token of somebody who was appointed, good for a day.
    pub(crate) async fn token_of(&self, id: &str) -> String {
        let person = id.parse().expect("an id");
        let issued = token::issue(self.door(), person, token::Scope::Act, "test", 1).await;
        issued.expect("a token").expose_secret().to_owned()
    }

    async fn send(
        &self,
        who: &str,
        asked: (Method, &str),
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let token = self.tokens.get(who).map(String::as_str);
        self.send_by(token, asked, body, headers).await
    }

    async fn send_by(
        &self,
        token: Option<&str>,
        (method, path): (Method, &str),
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let url = format!("http://{}/api/v1{path}", self.running().address);
        let mut request = self.http.request(method, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let etag = headers.get("etag").and_then(|it| it.to_str().ok()).map(str::to_owned);
        let bytes = response.bytes().await.expect("a whole answer");
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| {
            panic!("{status} no JSON: {}", String::from_utf8_lossy(&bytes));
        });
        Answer { status, body, etag, headers }
    }

    /// Reads a system and waits until what it showed is judged; answers what the read saw.
    pub(crate) async fn sync(&self, system: &str) -> Value {
        let path = format!("/systems/{system}/sync");
        let read = self.post("control", &path, json!({})).await.ok();
        if let Some(position) = read["position"].as_i64() {
            self.judged(position).await;
        }
        read
    }

    /// Waits until the run at a position is judged.
    pub(crate) async fn judged(&self, position: i64) {
        self.until("the read is judged", async || {
            let noted = judged_position(&self.door().store).await.expect("a position");
            let shown = self.door().graph.read().position;
            (noted >= position && shown >= position).then_some(())
        })
        .await;
    }

    /// A finding, whole.
    pub(crate) async fn finding(&self, reference: &str) -> Value {
        self.get("auditor", &format!("/findings/{reference}")).await.ok()
    }

    /// All findings there are, the oldest first.
    pub(crate) async fn findings(&self) -> Vec<Value> {
        let list = self.get("auditor", "/findings?limit=200").await.ok();
        let mut items = list["items"].as_array().cloned().unwrap_or_default();
        items.reverse();
        items
    }

    /// The reference of the only finding there is.
    #[track_caller]
    pub(crate) fn only(findings: &[Value]) -> String {
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings[0]["reference"].as_str().expect("a reference").to_owned()
    }

    /// What happened to a finding, in order.
    pub(crate) async fn history(&self, reference: &str) -> Vec<Value> {
        let list = self.get("auditor", &format!("/findings/{reference}/history")).await.ok();
        list["items"].as_array().cloned().unwrap_or_default()
    }

    /// The names of what happened to a finding, in order, without their versions.
    pub(crate) async fn events(&self, reference: &str) -> Vec<String> {
        let history = self.history(reference).await;
        let name = |entry: &Value| {
            let name = entry["name"].as_str().unwrap_or_default();
            let name = name.strip_prefix("finding.").unwrap_or(name);
            name.rsplit_once('.').map_or(name, |(name, _)| name).to_owned()
        };
        history.iter().map(name).collect()
    }

    /// Waits until a finding has this status.
    pub(crate) async fn until_status(&self, reference: &str, status: &str) -> Value {
        let what = format!("{reference} is {status}");
        self.until(&what, async || {
            let finding = self.finding(reference).await;
            (finding["status"] == status).then_some(finding)
        })
        .await
    }

    /// Waits until a look finds something, at most [`WAIT_MAX`].
    pub(crate) async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        wait_for(what, look).await
    }

    /// The same while time passes, for what the server does after a while. Time passes slowly enough
    /// for the ledger to be sealed meanwhile.
    pub(crate) async fn until_in_time<T>(
        &self,
        what: &str,
        look: impl AsyncFn() -> Option<T>,
    ) -> T {
        wait_for(what, async || {
            self.clock.turn(TICK);
            look().await
        })
        .await
    }

    /// Waits until every decision is sealed.
    pub(crate) async fn sealed(&self) {
        self.until("all is sealed", async || {
            let store = &self.door().store;
            let unsealed = oldest_unsealed(store).await.expect("an answer");
            let unsigned = oldest_unsigned(store).await.expect("an answer");
            (unsealed.is_none() && unsigned.is_none()).then_some(())
        })
        .await;
    }

    /// Turns the clock, once all that happened before is sealed, as it would be.
    pub(crate) async fn turn(&self, by: SignedDuration) {
        self.sealed().await;
        self.clock.turn(by);
    }
}

/// Looks again and again until there is something, at most [`WAIT_MAX`].
pub(crate) async fn wait_for<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    let found = tokio::time::timeout(WAIT_MAX, waiting).await;
    found.unwrap_or_else(|_| panic!("{what}: not within {} seconds", WAIT_MAX.as_secs()))
}
