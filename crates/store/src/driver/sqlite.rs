//! SQLite: one file, one writer connection, a few that only read. Durable before it answers
//! (write-ahead log, synchronous full); knows none of our tables.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{Executor, Row as _, SqlSafeStr, Sqlite, SqlitePool, TypeInfo, ValueRef};

use super::{CONNECTION_WAIT_MAX, READERS_MAX, Script, bound};
use crate::fault::{Fault, Kind};
use crate::value::{Row, Value};

pub(super) const BEGIN: &str = "begin immediate";

pub(super) const SCRIPTS: &[Script] = &[
    Script {
        number: 1,
        name: "store",
        sql: include_str!("../../migrations/sqlite/0001_store.sql"),
    },
    Script {
        number: 2,
        name: "job_holder",
        sql: include_str!("../../migrations/sqlite/0002_job_holder.sql"),
    },
    Script {
        number: 3,
        name: "sign_in",
        sql: include_str!("../../migrations/sqlite/0003_sign_in.sql"),
    },
    Script {
        number: 4,
        name: "exception",
        sql: include_str!("../../migrations/sqlite/0004_exception.sql"),
    },
    Script {
        number: 5,
        name: "job_of",
        sql: include_str!("../../migrations/sqlite/0005_job_of.sql"),
    },
    Script {
        number: 6,
        name: "exception_due",
        sql: include_str!("../../migrations/sqlite/0006_exception_due.sql"),
    },
    Script {
        number: 7,
        name: "provider",
        sql: include_str!("../../migrations/sqlite/0007_provider.sql"),
    },
    Script {
        number: 8,
        name: "draft",
        sql: include_str!("../../migrations/sqlite/0008_draft.sql"),
    },
    Script {
        number: 9,
        name: "device",
        sql: include_str!("../../migrations/sqlite/0009_device.sql"),
    },
    Script {
        number: 10,
        name: "local_sign_in",
        sql: include_str!("../../migrations/sqlite/0010_local_sign_in.sql"),
    },
    Script {
        number: 11,
        name: "review",
        sql: include_str!("../../migrations/sqlite/0011_review.sql"),
    },
];

/// Longest wait for another process's transaction on the same file.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(10);

/// Between two tries to open a file.
const OPEN_AGAIN: Duration = Duration::from_millis(20);

/// The connections to one file.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// Opens the file at `path`, which is created for its owner alone when it is not there.
pub(super) async fn open(path: &str) -> Result<Pools, Fault> {
    if path.is_empty() || path.contains(":memory:") || path.contains('?') {
        return Err(Fault::malformed(format!(
            "`{path}` is not a path of a database file; write for example \
             `sqlite:/var/lib/countersign/store.db`"
        )));
    }
    create(Path::new(path)).map_err(|source| not_opened(path, source))?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT_MAX)
        .synchronous(SqliteSynchronous::Full)
        .pragma("recursive_triggers", "on")
        .pragma("secure_delete", "on");
    let pools = Pools {
        writer: pool(1).connect_lazy_with(options.clone().journal_mode(SqliteJournalMode::Wal)),
        readers: pool(READERS_MAX).connect_lazy_with(options.read_only(true)),
    };
    let until = Instant::now() + BUSY_WAIT_MAX;
    loop {
        match pools.writer().await {
            Ok(_) => return Ok(pools),
            // SQLite waits for nobody when a file is turned to its journal: another starter is at it.
            Err(fault) if fault.kind() == Kind::Transient && Instant::now() < until => {
                tokio::time::sleep(OPEN_AGAIN).await;
            }
            Err(fault) => {
                let words = format!("`{path}` could not be opened: {fault}");
                return Err(Fault::new(fault.kind(), words).because(fault));
            }
        }
    }
}

impl Pools {
    pub(super) async fn reader(&self) -> Result<PoolConnection<Sqlite>, Fault> {
        self.readers.acquire().await.map_err(fault)
    }

    pub(super) async fn writer(&self) -> Result<PoolConnection<Sqlite>, Fault> {
        self.writer.acquire().await.map_err(fault)
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

pub(super) async fn rows(
    link: &mut PoolConnection<Sqlite>,
    sql: &'static str,
    args: &[Value],
) -> Result<Vec<Row>, Fault> {
    let rows = bound!(Sqlite, sql, args).fetch_all(&mut **link).await.map_err(fault)?;
    rows.iter().map(row).collect::<Result<_, _>>().map_err(fault)
}

pub(super) async fn run(
    link: &mut PoolConnection<Sqlite>,
    sql: &'static str,
    args: &[Value],
) -> Result<u64, Fault> {
    Ok(bound!(Sqlite, sql, args).execute(&mut **link).await.map_err(fault)?.rows_affected())
}

pub(super) async fn script(
    link: &mut PoolConnection<Sqlite>,
    sql: &'static str,
) -> Result<(), Fault> {
    (**link).execute(sqlx::raw_sql(sql)).await.map(|_| ()).map_err(fault)
}

pub(super) async fn prepare(
    link: &mut PoolConnection<Sqlite>,
    sql: &'static str,
) -> Result<(), Fault> {
    (**link).prepare(sql.into_sql_str()).await.map(|_| ()).map_err(fault)
}

fn row(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Value::Text(None));
            }
            let kind = value.type_info().name().to_owned();
            match kind.as_str() {
                "INTEGER" => row.try_get_unchecked(at).map(Value::Int),
                "BLOB" => row.try_get_unchecked(at).map(Value::Blob),
                _ => row.try_get_unchecked(at).map(Value::Text),
            }
        })
        .collect::<Result<_, _>>()
        .map(Row)
}

fn pool(connections: u32) -> PoolOptions<Sqlite> {
    PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECTION_WAIT_MAX)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

fn create(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn not_opened(path: &str, source: io::Error) -> Fault {
    let why = match source.kind() {
        io::ErrorKind::NotFound => "its folder does not exist; create the folder first",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "it may not be written; give this account the right to write file and folder"
        }
        io::ErrorKind::IsADirectory => "it is a folder; name a file in it",
        _ => "the system refused; look at the path",
    };
    Fault::permanent(format!("`{path}` could not be opened: {why}")).because(source)
}

fn fault(source: sqlx::Error) -> Fault {
    let code = source.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    let (kind, words) = match code {
        // 1555 primary key, 2067 unique.
        Some(1_555 | 2_067) => {
            (Kind::Conflict, "somebody else was first; load the current state and decide again")
        }
        Some(code) => words(code & 0xff),
        None => match &source {
            sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => {
                (Kind::Transient, "the database did not answer; try again")
            }
            sqlx::Error::PoolClosed => (Kind::Transient, "the store is closed; start it again"),
            _ => (Kind::Permanent, "the database answered something unexpected; report it"),
        },
    };
    Fault::new(kind, words).because(source)
}

/// What a primary result code of SQLite means to a person.
fn words(code: i32) -> (Kind, &'static str) {
    match code {
        5 | 6 => (Kind::Transient, "another process holds the database; try again in a moment"),
        8 => {
            (Kind::Permanent, "the database may only be read; give this account the right to write")
        }
        10 => (Kind::Transient, "the disk failed while reading or writing; check the disk"),
        13 => (Kind::Transient, "the disk is full; make room and try again"),
        14 => (Kind::Permanent, "the database file cannot be opened; check its folder's rights"),
        11 => (Kind::Permanent, "the database file is damaged; restore a backup"),
        26 => (Kind::Permanent, "the file is not a SQLite database; name another file"),
        19 => {
            (Kind::Permanent, "the database refused a row that breaks one of its rules; report it")
        }
        _ => (Kind::Permanent, "the database refused a statement; report it"),
    }
}
