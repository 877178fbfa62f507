//! An instance of the sample organisation, set up by the commands an operator would use, whose server
//! is a process that may die; and a client that speaks HTTP as one of its people.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;

use countersign_policy::folder::Folder;
use countersign_server::act::Door;
use countersign_server::clock::{Chance, Clock};
use countersign_server::start::open;
use countersign_store::job::{self, Standing};
use countersign_store::{Store, reached, seal, stage};
use reqwest::Method;
use serde_json::{Value, json};

use crate::command::{Said, countersign_in};
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Place, wait_for};
use crate::started::Started;

/// The people whom the stories need; the tokens are theirs.
pub(super) const OWNER: &str = "Marta Lindqvist";
pub(super) const CONTROL: &str = "Sofia Brandt";
pub(super) const SECURITY: &str = "Nadia Rahimi";
pub(super) const AUDITOR: &str = "Ruth Abelson";

/// The systems of the sandbox.
pub(super) const SYSTEMS: [&str; 3] = ["erp", "records", "release"];

/// How SIGABRT and SIGKILL are numbered.
const ABORTED: i32 = 6;

/// An instance and its running server, if it runs.
pub(super) struct Instance {
    place: Place,
    pub(super) sandbox: Sandbox,
    tokens: BTreeMap<&'static str, String>,
    people: BTreeMap<String, String>,
    server: Option<(Started, String)>,
    http: reqwest::Client,
}

/// An answer of the server, or nothing where it died over the question.
pub(super) type Answer = Option<(u16, Value)>;

impl Instance {
    /// A new one; none where there is no such database server.
    pub(super) async fn new(keep: Keep) -> Option<Self> {
        Some(Self::of(Place::new(keep).await?, Sandbox::sample()))
    }

    /// A new one on SQLite that watches an older one's sandbox.
    pub(super) async fn watching(sandbox: Sandbox) -> Self {
        Self::of(Place::new(Keep::Sqlite).await.expect("a folder"), sandbox)
    }

    fn of(place: Place, sandbox: Sandbox) -> Self {
        let systems: String = SYSTEMS.map(|name| sandbox.system(name, &[], "")).concat();
        std::fs::write(place.folder().join("countersign.toml"), systems).expect("a file");
        let mut instance = Self {
            place,
            sandbox,
            tokens: BTreeMap::new(),
            people: BTreeMap::new(),
            server: None,
            http: reqwest::Client::new(),
        };
        instance.set_up();
        instance
    }

    fn set_up(&mut self) {
        let organisation = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let organisation = organisation.join("../../examples/sample-organisation");
        let organisation = organisation.display().to_string();
        let said = self.command(&["init", "--organisation", &organisation]);
        for line in said.lines() {
            if let [id, name, _seats] = line.split("  ").collect::<Vec<_>>()[..] {
                self.people.insert(name.to_owned(), id.to_owned());
            }
        }
        for name in [OWNER, CONTROL, SECURITY, AUDITOR] {
            let token = self.command(&["token", "issue", "--person", name]);
            self.tokens.insert(name, token.trim().to_owned());
        }
    }

    fn data(&self) -> String {
        self.place.folder().join("data").display().to_string()
    }

    /// Runs a command on this instance that must succeed.
    fn command(&self, words: &[&str]) -> String {
        let (data, url) = (self.data(), self.place.url());
        let of_this = ["--data", &data, "--database", &url];
        let said = self.any_command(&[words, &of_this].concat());
        assert_eq!(said.code, 0, "{words:?} {said:?}");
        said.out
    }

    fn any_command(&self, words: &[&str]) -> Said {
        countersign_in(self.place.folder(), words)
    }

    /// Starts the server, which is to end itself at a named point.
    pub(super) fn start(&mut self, point: Option<&str>) {
        assert!(self.server.is_none(), "the server runs already");
        let (data, url) = (self.data(), self.place.url());
        let arguments = ["serve", "--data", &data, "--database", &url];
        let where_and_what = ["--listen", "127.0.0.1:0", "--config", "countersign.toml"];
        let variables: Vec<_> = point.map(|at| ("COUNTERSIGN_CRASH_AT", at)).into_iter().collect();
        let arguments = [&arguments[..], &where_and_what].concat();
        let mut started = Started::new(self.place.folder(), &arguments, &variables);
        let said = started.until_said("listening on");
        let address = said.split_whitespace().find(|word| word.starts_with("http://"));
        let address = address.expect("an address").to_owned();
        self.server = Some((started, address));
    }

    /// Kills the server without a word.
    pub(super) fn kill(&mut self) {
        self.server.take().expect("the server runs").0.kill();
    }

    /// Waits until the server has ended itself at its point.
    pub(super) async fn died(&mut self) {
        let (server, _) = self.server.take().expect("the server ran");
        let ended = server.ended().await;
        assert_eq!(ended.status.signal(), Some(ABORTED), "{ended:?}");
    }

    /// Tells the server to stop and waits until it has.
    pub(super) async fn stop(&mut self) {
        let (server, _) = self.server.take().expect("the server runs");
        server.signal("TERM");
        let ended = server.ended().await;
        assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    }

    /// The id of a person.
    pub(super) fn id(&self, name: &str) -> &str {
        &self.people[name]
    }

    /// Asks or orders as one of the people.
    pub(super) async fn send(
        &self,
        who: &str,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Answer {
        let (_, address) = self.server.as_ref().expect("the server runs");
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = self.http.request(method, format!("{address}/api/v1{path}"));
        request = request.bearer_auth(&self.tokens[who]);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&bytes).expect("JSON")))
    }

    /// What stands at an address outside the API.
    pub(super) async fn text(&self, path: &str) -> (u16, String) {
        let (_, address) = self.server.as_ref().expect("the server runs");
        let answer = self.http.get(format!("{address}{path}")).send().await.expect("it lives");
        (answer.status().as_u16(), answer.text().await.expect("words"))
    }

    /// An answer that must be a yes.
    pub(super) async fn ask(&self, path: &str) -> Value {
        let (status, body) = self.send(AUDITOR, path, None, None).await.expect("the server lives");
        assert_eq!(status, 200, "{path}: {body:#}");
        body
    }

    /// A change that must be answered with yes.
    pub(super) async fn change(&self, who: &str, path: &str, body: Value) -> Value {
        let answer = self.send(who, path, Some(body), None).await;
        let (status, body) = answer.expect("the server lives");
        assert_eq!(status, 200, "{path}: {body:#}");
        body
    }

    /// Reads a system, whatever comes of it.
    pub(super) async fn send_sync(&self, system: &str) -> Answer {
        self.send(CONTROL, &format!("/systems/{system}/sync"), Some(json!({})), None).await
    }

    /// Reads a system, waits until the server has judged it.
    pub(super) async fn sync(&self, system: &str) {
        let read = self.change(CONTROL, &format!("/systems/{system}/sync"), json!({})).await;
        assert!(read["position"].is_i64(), "{read:#}");
        self.judged().await;
    }

    /// Waits until all that was read is judged.
    pub(super) async fn judged(&self) {
        let store = self.store().await;
        wait_for("what was read is judged", async || {
            let last = stage::run::last_accepted(&store).await.expect("an answer")?;
            let judged = reached::judged_position(&store).await.expect("an answer");
            (last.position == Some(judged)).then_some(())
        })
        .await;
        store.close().await;
    }

    /// All findings, the oldest first.
    pub(super) async fn findings(&self) -> Vec<Value> {
        let list = self.ask("/findings?limit=200").await;
        let mut items = list["items"].as_array().cloned().expect("a list");
        items.reverse();
        items
    }

    /// The reference of the one finding of a rule.
    pub(super) async fn of_rule(&self, rule: &str) -> String {
        let list = self.ask(&format!("/findings?rule={rule}")).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list:#}");
        list["items"][0]["reference"].as_str().expect("a reference").to_owned()
    }

    /// Waits until a finding has this status.
    pub(super) async fn until_status(&self, reference: &str, status: &str) {
        wait_for(&format!("{reference} is {status}"), async || {
            let finding = self.ask(&format!("/findings/{reference}")).await;
            (finding["status"] == status).then_some(())
        })
        .await;
    }

    /// What happened to a finding, in order.
    pub(super) async fn events(&self, reference: &str) -> Vec<String> {
        let list = self.ask(&format!("/findings/{reference}/history?limit=200")).await;
        let items = list["items"].as_array().expect("a list");
        let name = |item: &Value| {
            let name = item["name"].as_str().expect("a name");
            let bare = name.strip_prefix("finding.").and_then(|name| name.strip_suffix(".1"));
            bare.expect("an event of a finding").to_owned()
        };
        items.iter().map(name).collect()
    }

    /// What has not ended, by rule and root cause.
    pub(super) async fn not_ended(&self) -> BTreeSet<(String, String)> {
        let text = |item: &Value, key: &str| item[key].as_str().expect("a text").to_owned();
        let findings = self.findings().await;
        let open = findings.iter().filter(|item| item["ended_at"].is_null());
        open.map(|item| (text(item, "rule"), text(item, "root_cause"))).collect()
    }

    /// Waits until no job is left, and says how many had to be given up: none.
    pub(super) async fn no_job_is_left(&self) {
        let store = self.store().await;
        wait_for("every job is done", async || {
            let left = job::list(&store, Standing::Waiting, 0).await.expect("an answer");
            left.is_empty().then_some(())
        })
        .await;
        assert_eq!(job::list(&store, Standing::Dead, 0).await.expect("an answer"), []);
        store.close().await;
    }

    /// The orders that a system of the sandbox remembers.
    pub(super) fn done(&self, system: &str) -> Vec<Value> {
        let json = self.sandbox.json();
        json["systems"][system]["done"].as_array().cloned().unwrap_or_default()
    }

    /// Stops the server, checks that the ledger, taken away, is whole and has everything in it, and
    /// takes the instance down; leaves the sandbox.
    pub(super) async fn ends_whole(mut self) -> Sandbox {
        self.stop().await;
        self.is_whole().await;
        self.place.end().await;
        self.sandbox
    }

    async fn is_whole(&self) {
        let store = self.store().await;
        assert_eq!(seal::oldest_unsealed(&store).await.expect("an answer"), None);
        let sealed = seal::frontier(&store).await.expect("an edge").size();
        store.close().await;
        let out = self.place.folder().join(format!("export-{sealed}")).display().to_string();
        self.command(&["ledger", "export", "--out", &out]);
        let data = PathBuf::from(self.data());
        let key = data.join("ledger.vkey").display().to_string();
        let outside = data.join("checkpoints/latest").display().to_string();
        let verify = ["ledger", "verify", &out, "--key", &key, "--checkpoint", &outside];
        let said = self.any_command(&verify);
        assert_eq!(said.code, 0, "{said:?}");
        let leaves = std::fs::read_to_string(PathBuf::from(out).join("leaves.jsonl"));
        let leaves = leaves.expect("the leaves").lines().count();
        assert_eq!(u64::try_from(leaves).ok(), Some(sealed), "all that was decided");
    }

    /// The door of a server that has only just opened its database.
    pub(super) async fn door(&self) -> Door {
        let opened =
            open(&self.place.url(), Folder::builtin(), Clock::real(), Chance::real()).await;
        opened.unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    pub(super) async fn store(&self) -> Store {
        Store::open(&self.place.url()).await.expect("the database")
    }
}
