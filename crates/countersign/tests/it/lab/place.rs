//! Where a server of a test keeps what it knows: a file in a folder of its own, or a database of its
//! own on PostgreSQL 15.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// A server's variable and its version.
pub(crate) const PG15: (u32, &str) = (15, "COUNTERSIGN_TEST_PG15");
/// A server's variable and its version.
pub(crate) const PG18: (u32, &str) = (18, "COUNTERSIGN_TEST_PG18");

/// Which kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Sqlite,
    Postgres,
}

/// A place; clones made by [`Place::same`] are the same one.
pub(crate) struct Place {
    folder: Arc<tempfile::TempDir>,
    server: Option<(String, String)>,
}

impl Place {
    /// A new place, or none where there is no such server.
    pub(crate) async fn new(keep: Keep) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("cs").rand_bytes(10).tempdir();
        let folder = Arc::new(folder.expect("a folder"));
        if keep == Keep::Sqlite {
            return Some(Self { folder, server: None });
        }
        let server = server(PG15)?;
        let name = folder.path().file_name().and_then(|it| it.to_str()).expect("a name");
        let name = format!("store_{}", name.to_lowercase());
        admin(&server, &format!("create database {name} template template0")).await;
        Some(Self { folder, server: Some((server, name)) })
    }

    /// The same place once more.
    pub(crate) fn same(&self) -> Self {
        Self { folder: Arc::clone(&self.folder), server: self.server.clone() }
    }

    /// What is kept beside the database.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The SQLite file, where there is one.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("countersign.db")
    }

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        match &self.server {
            None => format!("sqlite:{}", self.file().display()),
            Some((server, name)) => {
                let (address, _) = server.rsplit_once('/').expect("a URL");
                format!("{address}/{name}")
            }
        }
    }

    /// Runs a statement past whoever uses it.
    pub(crate) async fn raw(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match &self.server {
            None => {
                let file = self.file().display().to_string();
                let mut link = SqliteConnection::connect(&file).await.expect("the file");
                link.execute(sql).await.map(drop)
            }
            Some(_) => {
                let mut link = PgConnection::connect(&self.url()).await.expect("the database");
                link.execute(sql).await.map(drop)
            }
        };
        done.expect("a statement that runs");
    }

    /// Takes a server's database down; a file goes with its folder.
    pub(crate) async fn end(self) {
        if let Some((server, name)) = &self.server {
            admin(server, &format!("drop database if exists {name} with (force)")).await;
        }
    }
}

/// The superuser's URL of a server given to the tests. None on a laptop without it, after saying how
/// to get one.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know that this one did not")]
pub(crate) fn server((major, variable): (u32, &str)) -> Option<String> {
    match std::env::var(variable) {
        Ok(url) => Some(url),
        Err(_) if std::env::var("CI").is_ok_and(|it| it == "true") => {
            panic!("`{variable}` is not set: it must hold a superuser's URL of PostgreSQL {major}")
        }
        Err(_) => {
            eprintln!("not run on PostgreSQL {major}: `cargo xtask test` sets `{variable}`");
            None
        }
    }
}

async fn admin(server: &str, sql: &str) {
    let mut link = PgConnection::connect(server).await.expect("the server given to the tests");
    link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    link.close().await.expect("a connection ends");
}
