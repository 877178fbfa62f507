//! The two databases behind one face: where they differ is a named method here, ten at most, and
//! nobody else asks which one runs. Holds no statement about our tables and never retries.

mod postgres;
mod sqlite;

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use crate::fault::Fault;
use crate::value::{Row, Value};

/// Connections that only read, for each process.
const READERS_MAX: u32 = 6;

/// Connections that write, for each process, on a database that allows several.
const WRITERS_MAX: u32 = 10;

/// Longest wait for a free connection.
const CONNECTION_WAIT_MAX: Duration = Duration::from_secs(15);

/// Longest wait for a first answer when a database is opened.
const OPEN_WAIT_MAX: Duration = Duration::from_secs(10);

/// An open database.
#[derive(Debug, Clone)]
pub(crate) enum Driver {
    Sqlite(sqlite::Pools),
    Postgres(postgres::Pools),
}

/// One connection.
#[derive(Debug)]
pub(crate) enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// One numbered step of the schema.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Script {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

impl Driver {
    /// Opens what `url` names: `postgres://...`, `postgresql://...`, `sqlite:PATH` or a path.
    pub(crate) async fn open(url: &str) -> Result<Self, Fault> {
        match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => postgres::open(url).await.map(Self::Postgres),
            Some(("sqlite", path)) => {
                sqlite::open(path.strip_prefix("//").unwrap_or(path)).await.map(Self::Sqlite)
            }
            Some((scheme, rest)) if rest.starts_with("//") => Err(Fault::malformed(format!(
                "`{scheme}:` is not a database this program knows; write `postgres://...`, \
                 `sqlite:PATH` or a path"
            ))),
            Some(_) | None => sqlite::open(url).await.map(Self::Sqlite),
        }
    }

    /// Whether there is one writer, which commits waiting acts together.
    pub(crate) fn has_one_writer(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(_) => false,
        }
    }

    /// A connection that may only read.
    pub(crate) async fn reader(&self) -> Result<Link, Fault> {
        match self {
            Self::Sqlite(pools) => pools.reader().await.map(Link::Sqlite),
            Self::Postgres(pools) => pools.reader().await.map(Link::Postgres),
        }
    }

    /// A connection that may write.
    pub(crate) async fn writer(&self) -> Result<Link, Fault> {
        match self {
            Self::Sqlite(pools) => pools.writer().await.map(Link::Sqlite),
            Self::Postgres(pools) => pools.writer().await.map(Link::Postgres),
        }
    }

    /// What begins a transaction in which no other writer's work shows half.
    pub(crate) fn begin(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN,
            Self::Postgres(_) => postgres::BEGIN,
        }
    }

    /// The schema, step by step.
    pub(crate) fn scripts(&self) -> &'static [Script] {
        match self {
            Self::Sqlite(_) => sqlite::SCRIPTS,
            Self::Postgres(_) => postgres::SCRIPTS,
        }
    }

    /// What begins a transaction that a second starter waits for, and then sees.
    pub(crate) fn begin_alone(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN,
            Self::Postgres(_) => postgres::BEGIN_ALONE,
        }
    }

    /// The one of these two statements that hands a row to one worker only.
    pub(crate) fn claims(&self, locked: &'static str, skipping: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => locked,
            Self::Postgres(_) => skipping,
        }
    }

    /// Ends every connection.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pools) => pools.close().await,
            Self::Postgres(pools) => pools.close().await,
        }
    }
}

impl Link {
    /// The rows that a statement answers.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        args: &[Value],
    ) -> Result<Vec<Row>, Fault> {
        match self {
            Self::Sqlite(link) => sqlite::rows(link, sql, args).await,
            Self::Postgres(link) => postgres::rows(link, sql, args).await,
        }
    }

    /// How many rows a statement changed.
    pub(crate) async fn run(&mut self, sql: &'static str, args: &[Value]) -> Result<u64, Fault> {
        match self {
            Self::Sqlite(link) => sqlite::run(link, sql, args).await,
            Self::Postgres(link) => postgres::run(link, sql, args).await,
        }
    }

    /// Runs several statements without arguments.
    pub(crate) async fn script(&mut self, sql: &'static str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => sqlite::script(link, sql).await,
            Self::Postgres(link) => postgres::script(link, sql).await,
        }
    }

    /// Has the database read a statement without running it.
    pub(crate) async fn prepare(&mut self, sql: &'static str) -> Result<(), Fault> {
        match self {
            Self::Sqlite(link) => sqlite::prepare(link, sql).await,
            Self::Postgres(link) => postgres::prepare(link, sql).await,
        }
    }

    /// Never hands this connection to anybody again: something was left half done on it.
    pub(crate) fn condemn(&mut self) {
        match self {
            Self::Sqlite(link) => link.close_on_drop(),
            Self::Postgres(link) => link.close_on_drop(),
        }
    }
}

/// A statement with its arguments bound, for either driver.
macro_rules! bound {
    ($driver:ty, $sql:expr, $args:expr) => {{
        let mut query = sqlx::query::<$driver>($sql);
        for value in $args {
            query = match value {
                $crate::value::Value::Text(text) => query.bind(text.as_deref()),
                $crate::value::Value::Int(number) => query.bind(*number),
                $crate::value::Value::Blob(bytes) => query.bind(bytes.as_deref()),
            };
        }
        query
    }};
}
use bound;
