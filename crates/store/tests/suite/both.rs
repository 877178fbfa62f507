//! One place for each test on each database: an own file, or an own database on the server that
//! `COUNTERSIGN_TEST_PG15` names.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::Store;

/// Defines each named test once for SQLite and once for PostgreSQL.
macro_rules! both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name(&$crate::both::Place::sqlite()).await;
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let Some(place) = $crate::both::Place::postgres().await else { return };
                    super::$name(&place).await;
                    place.end().await;
                }
            )*
        }
    };
}
pub(crate) use both;

/// Where one test's database is.
pub(crate) enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, name: String },
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    pub(crate) async fn postgres() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let Ok(server) = std::env::var("COUNTERSIGN_TEST_PG15") else {
            assert!(
                std::env::var_os("CI").is_none_or(|ci| ci != "true"),
                "COUNTERSIGN_TEST_PG15 is not set: `cargo xtask test` starts a server and sets it"
            );
            eprintln!("skipped: COUNTERSIGN_TEST_PG15 is not set");
            return None;
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_{}_{count}", std::process::id());
        let mut link = PgConnection::connect(&server).await.unwrap();
        for sql in [format!("drop database if exists {name}"), format!("create database {name}")] {
            link.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        Some(Self::Postgres { server, name })
    }

    /// Drops a server's database; the stores must be closed or dropped.
    pub(crate) async fn end(self) {
        if let Self::Postgres { server, name } = self {
            let mut link = PgConnection::connect(&server).await.unwrap();
            let sql = format!("drop database {name} with (force)");
            link.execute(AssertSqlSafe(sql)).await.unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("store.db").display()),
            Self::Postgres { server, name } => {
                let (address, _) = server.rsplit_once('/').unwrap();
                let (_, query) = server.split_once('?').unwrap_or((server, ""));
                format!("{address}/{name}?{query}")
            }
        }
    }

    pub(crate) async fn store(&self) -> Store {
        Store::open(&self.url()).await.unwrap()
    }

    /// Runs statements past the store, as somebody with the database's password would.
    pub(crate) async fn raw(&self, sql: &str) -> Result<(), String> {
        let sql = sql.to_owned();
        let done = match self {
            Self::Sqlite(folder) => {
                let path = folder.path().join("store.db");
                let mut link = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                link.execute(AssertSqlSafe(sql)).await.map(|_| ())
            }
            Self::Postgres { .. } => {
                let mut link = PgConnection::connect(&self.url()).await.unwrap();
                link.execute(AssertSqlSafe(sql)).await.map(|_| ())
            }
        };
        done.map_err(|error| error.to_string())
    }

    /// How the database would answer, line by line, past the store.
    pub(crate) async fn plan(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(folder) => {
                let path = folder.path().join("store.db");
                let mut link = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                let rows = link.fetch_all(sql).await.unwrap();
                rows.iter().map(|row| row.get("detail")).collect()
            }
            Self::Postgres { .. } => {
                let mut link = PgConnection::connect(&self.url()).await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut link).await.unwrap()
            }
        }
    }

    /// The first column of each row, as text, past the store.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(folder) => {
                let path = folder.path().join("store.db");
                let mut link = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut link).await.unwrap()
            }
            Self::Postgres { .. } => {
                let mut link = PgConnection::connect(&self.url()).await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut link).await.unwrap()
            }
        }
    }
}

/// An instant of the test's own clock.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}
