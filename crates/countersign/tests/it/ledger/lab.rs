//! A store with a ledger in it, on either database, and copies of its export to play tricks on.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_ledger::export::Manifest;
use countersign_ledger::key::SigningKey;
use countersign_ledger::leaf::Leaf;
use countersign_ledger::note;
use countersign_ledger::text;
use countersign_ledger::tree::{self, Hash, leaf_hash};
use countersign_store::seal::{self, Checkpoint};
use countersign_store::{Event, Fault, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::command::{Said, countersign_in};

/// The log's name.
pub(super) const ORIGIN: &str = "hospital.example/countersign";

/// How long the sealer of a test holds its lease.
const TTL: SignedDuration = SignedDuration::from_secs(10);

/// Defines each named test once for SQLite and once for PostgreSQL.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(&$crate::ledger::lab::Lab::sqlite().await).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let Some(lab) = $crate::ledger::lab::Lab::postgres().await else { return };
                    super::$name(&lab).await;
                    lab.end().await;
                }
            )*
        }
    };
}
pub(super) use both;

/// A store and the folder of its instance.
pub(super) struct Lab {
    pub(super) store: Store,
    pub(super) folder: TempDir,
    url: String,
    server: Option<String>,
}

impl Lab {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("data/countersign.db").display());
        Self::open(folder, url, None).await
    }

    /// A database of its own on the server that `COUNTERSIGN_TEST_PG15` names.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(super) async fn postgres() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var("COUNTERSIGN_TEST_PG15") else {
            let why =
                "COUNTERSIGN_TEST_PG15 is not set: `cargo xtask test` starts a server and sets it";
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
            eprintln!("NOT TESTED on PostgreSQL: {why}");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ledger_{}_{count}", std::process::id());
        let mut link = PgConnection::connect(&server).await.unwrap();
        for sql in [format!("drop database if exists {name}"), format!("create database {name}")] {
            link.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        let (address, last) = server.rsplit_once('/').unwrap();
        let query = last.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        let url = format!("{address}/{name}{query}");
        Some(Self::open(tempfile::tempdir().unwrap(), url, Some(server)).await)
    }

    async fn open(folder: TempDir, url: String, server: Option<String>) -> Self {
        let data = folder.path().join("data");
        std::fs::create_dir_all(data.join("checkpoints")).unwrap();
        std::fs::write(data.join("ledger.vkey"), format!("{}\n", key().verifier())).unwrap();
        let store = Store::open(&url).await.unwrap();
        Self { store, folder, url, server }
    }

    /// Drops a server's database.
    pub(super) async fn end(self) {
        self.store.close().await;
        let Some(server) = self.server else { return };
        let (_, last) = self.url.rsplit_once('/').unwrap();
        let name = last.split('?').next().unwrap();
        let mut link = PgConnection::connect(&server).await.unwrap();
        link.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.unwrap();
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Appends the events with these numbers, every fourth with a text.
    pub(super) async fn append(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            append(&self.store, number).await;
        }
    }

    /// Seals everything, signs a checkpoint and keeps it where the server keeps it.
    pub(super) async fn sign(&self) -> Hash {
        sign(&self.store, &self.path("data/checkpoints")).await
    }

    pub(super) async fn erase(&self, number: u64) {
        let digest = text::digest(&salt(number), &reason(number));
        let erased: Result<bool, Fault> = self
            .store
            .transact(move |tx| Box::pin(tx.erase_text(digest, at(99), "duty:privacy")))
            .await;
        assert!(erased.unwrap());
    }

    /// Runs statements past the store, as somebody with the database's password would.
    pub(super) async fn raw(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.server.is_some() {
            let mut link = PgConnection::connect(&self.url).await.unwrap();
            link.execute(sqlx::raw_sql(sql)).await.unwrap();
        } else {
            let mut link = SqliteConnection::connect(&self.url).await.unwrap();
            link.execute(sqlx::raw_sql(sql)).await.unwrap();
        }
    }

    /// The same, with the triggers that keep events, leaves and checkpoints out of the way.
    pub(super) async fn without_triggers(&self, sql: &str) {
        let before = if self.is_postgres() {
            "set session_replication_role = replica;".to_owned()
        } else {
            let tables = ["event", "leaf", "checkpoint"];
            let each =
                |table: &str| format!("drop trigger {table}_kept; drop trigger {table}_remains;");
            tables.map(each).concat()
        };
        self.raw(&format!("{before} {sql};")).await;
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.server.is_some()
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        countersign_in(self.folder.path(), arguments)
    }

    /// `ledger export` as a person types it for this database.
    pub(super) fn export(&self, out: &str) -> Said {
        let mut arguments = vec!["ledger", "export", "--out", out, "--data", "data"];
        if self.server.is_some() {
            arguments.extend(["--database", &self.url]);
        }
        self.run(&arguments)
    }

    /// An export that must succeed, as a folder to play tricks on.
    pub(super) fn exported(&self, out: &str) -> Copy {
        let said = self.export(out);
        assert_eq!(said.code, 0, "{said:?}");
        Copy(self.path(out))
    }

    /// `ledger verify` with further arguments.
    pub(super) fn verify(&self, out: &str, more: &[&str]) -> Said {
        self.run(&[&["ledger", "verify", out], more].concat())
    }

    /// The report of `ledger verify`, with the exit code.
    pub(super) fn report(&self, out: &str, more: &[&str]) -> (i32, Value) {
        let said = self.verify(out, &[&["--format", "json"], more].concat());
        (said.code, said.json())
    }
}

/// A folder with an export.
pub(super) struct Copy(pub(super) PathBuf);

impl Copy {
    /// Another copy beside it.
    pub(super) fn copy(&self, name: &str) -> Self {
        let folder = self.0.with_file_name(name);
        std::fs::create_dir(&folder).unwrap();
        for entry in std::fs::read_dir(&self.0).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        Self(folder)
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        self.read(name).lines().map(str::to_owned).collect()
    }

    pub(super) fn put(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    pub(super) fn put_lines(&self, name: &str, lines: &[String]) {
        self.put(name, &lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes everything fit the leaves again and signs it, as somebody with the key could.
    pub(super) fn sign_anew(&self, key: &SigningKey) {
        let hashes: Vec<Hash> =
            self.lines("leaves.jsonl").iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        let checkpoint = note::Checkpoint {
            origin: ORIGIN.to_owned(),
            size: u64::try_from(hashes.len()).unwrap(),
            root: tree::root(&hashes),
        };
        self.put_lines("hashes.txt", &hashes.iter().map(|it| it.to_hex()).collect::<Vec<_>>());
        self.put("checkpoint", &checkpoint.sign(&[key]).unwrap());
        self.put("verifier.key", &format!("{}\n", key.verifier()));
        let manifest = Manifest::new(&checkpoint, "2027-01-01T00:00:00Z");
        self.put("manifest.json", &serde_json::to_string(&manifest).unwrap());
    }
}

/// The log's key.
pub(super) fn key() -> SigningKey {
    SigningKey::from_secret(ORIGIN, &[7; 32]).unwrap()
}

/// Somebody else's key under the same name.
pub(super) fn other_key() -> SigningKey {
    SigningKey::from_secret(ORIGIN, &[8; 32]).unwrap()
}

pub(super) fn reason(number: u64) -> String {
    format!("needed for the month-end close, \u{fc}berpr\u{fc}ft: {number}")
}

fn salt(number: u64) -> [u8; 32] {
    [u8::try_from(number % 251).unwrap(); 32]
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// The event of a number: three subjects take turns, every fourth event has a text.
pub(super) fn leaf(number: u64) -> Leaf {
    let digest = text::digest(&salt(number), &reason(number));
    let text = number.is_multiple_of(4).then(|| text::reference(digest));
    Leaf {
        subject: format!("f-{}", number % 3),
        sequence: number / 3 + 1,
        name: "finding.noted.1".to_owned(),
        at: at(i64::try_from(number).unwrap()).to_string(),
        actor: "p-1".to_owned(),
        policy: "sha256:00".to_owned(),
        cause: None,
        authority: None,
        body: json!({"number": number, "reason": text}),
    }
}

pub(super) async fn append(store: &Store, number: u64) {
    let leaf = leaf(number);
    let bytes = leaf.bytes().unwrap();
    let appended: Result<(), Fault> = store
        .transact_with((leaf, bytes, number), |tx, (leaf, bytes, number)| {
            Box::pin(async move {
                if !leaf.texts().is_empty() {
                    tx.put_text(&leaf.subject, &salt(*number), &reason(*number)).await?;
                }
                let event = Event {
                    subject: &leaf.subject,
                    sequence: i64::try_from(leaf.sequence).unwrap(),
                    name: &leaf.name,
                    at: leaf.at.parse().unwrap(),
                    actor: &leaf.actor,
                    cause: None,
                    bytes,
                };
                tx.append(&event).await.map(drop)
            })
        })
        .await;
    appended.unwrap();
}

pub(super) async fn seal_all(store: &Store) {
    let fence = store.lease("sealer", "test", at(0), TTL).await.unwrap().unwrap();
    loop {
        let sealed = store.seal(&fence, 50).await.unwrap();
        if sealed.from == sealed.to {
            return;
        }
    }
}

pub(super) async fn sign(store: &Store, outside: &Path) -> Hash {
    seal_all(store).await;
    let edge = seal::frontier(store).await.unwrap();
    let (size, root) = (edge.size(), edge.root());
    let body = note::Checkpoint { origin: ORIGIN.to_owned(), size, root };
    let note = body.sign(&[&key()]).unwrap();
    for name in [format!("{size}.checkpoint"), "latest".to_owned()] {
        std::fs::write(outside.join(name), &note).unwrap();
    }
    let size = i64::try_from(size).unwrap();
    store.put_checkpoint(&Checkpoint { size, root, note, at: at(0) }).await.unwrap();
    root
}

/// The first problem of a sort in a report.
pub(super) fn problem<'r>(report: &'r Value, sort: &str) -> &'r Value {
    let problems = report["problems"].as_array().unwrap();
    let found = problems.iter().find(|problem| problem["sort"] == sort);
    found.unwrap_or_else(|| panic!("no `{sort}` in {report:#}"))
}

/// That a value is of a form in the reference of exports.
pub(super) fn must_be(form: &str, value: &Value) {
    let path = repository("docs/reference/ledger-export.schema.json");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(schema.pointer(&format!("/$defs/{form}")).is_some(), "{form}");
    let fields = schema.as_object_mut().unwrap();
    fields.remove("oneOf").unwrap();
    fields.insert("$ref".to_owned(), json!(format!("#/$defs/{form}")));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(value).map(|it| it.to_string()).collect();
    assert!(errors.is_empty(), "{form}: {errors:?} in {value:#}");
}

/// A path in the repository.
pub(super) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
