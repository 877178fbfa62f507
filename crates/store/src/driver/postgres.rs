//! PostgreSQL: serializable transactions from any number of processes, and a second pool for reads.
//! Marks a lost race as such; who retries is somebody else's business.

use std::str::FromStr;

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres, Row as _, SqlSafeStr, TypeInfo, ValueRef,
};

use super::{CONNECTION_WAIT_MAX, OPEN_WAIT_MAX, READERS_MAX, Script, WRITERS_MAX, bound};
use crate::fault::{Fault, Kind};
use crate::value::{Row, Value};

pub(super) const BEGIN: &str = "begin isolation level serializable";

/// Read committed: under serializable the second starter's snapshot would be older than what the
/// first one did. The key only has to be the same for all of us.
pub(super) const BEGIN_ALONE: &str = "begin isolation level read committed; \
     select pg_advisory_xact_lock(7236837612049001)";

pub(super) const SCRIPTS: &[Script] = &[
    Script {
        number: 1,
        name: "store",
        sql: include_str!("../../migrations/postgres/0001_store.sql"),
    },
    Script {
        number: 2,
        name: "job_holder",
        sql: include_str!("../../migrations/postgres/0002_job_holder.sql"),
    },
    Script {
        number: 3,
        name: "sign_in",
        sql: include_str!("../../migrations/postgres/0003_sign_in.sql"),
    },
    Script {
        number: 4,
        name: "exception",
        sql: include_str!("../../migrations/postgres/0004_exception.sql"),
    },
    Script {
        number: 5,
        name: "job_of",
        sql: include_str!("../../migrations/postgres/0005_job_of.sql"),
    },
    Script {
        number: 6,
        name: "exception_due",
        sql: include_str!("../../migrations/postgres/0006_exception_due.sql"),
    },
    Script {
        number: 7,
        name: "provider",
        sql: include_str!("../../migrations/postgres/0007_provider.sql"),
    },
    Script {
        number: 8,
        name: "draft",
        sql: include_str!("../../migrations/postgres/0008_draft.sql"),
    },
    Script {
        number: 9,
        name: "device",
        sql: include_str!("../../migrations/postgres/0009_device.sql"),
    },
    Script {
        number: 10,
        name: "local_sign_in",
        sql: include_str!("../../migrations/postgres/0010_local_sign_in.sql"),
    },
    Script {
        number: 11,
        name: "review",
        sql: include_str!("../../migrations/postgres/0011_review.sql"),
    },
];

/// Keys that two honest writers can want at once: under serializable isolation the loser may see
/// a duplicate key instead of a serialization failure, and wins when it looks again.
const RACED_KEYS: &[&str] = &["event_key", "state_pkey", "counter_pkey", "idempotency_key"];

/// The connections to one database.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    writers: PgPool,
    readers: PgPool,
}

/// Opens the database at `url` after one connection has shown that it answers.
pub(super) async fn open(url: &str) -> Result<Pools, Fault> {
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        // The source may repeat the address, and with it the password.
        Fault::malformed(
            "the database address cannot be read; write `postgres://ROLE@HOST:PORT/DATABASE`, \
             with special characters of a password percent-encoded",
        )
    })?;
    let options = options
        .application_name("countersign")
        .options([("idle_in_transaction_session_timeout", "60s"), ("lock_timeout", "30s")]);
    first_answer(&options).await?;
    // On small tables a sequential scan would read, and so conflict with, every row.
    let writing = options.clone().options([("enable_seqscan", "off")]);
    Ok(Pools {
        writers: pool(WRITERS_MAX).connect_lazy_with(writing),
        readers: pool(READERS_MAX).connect_lazy_with(options),
    })
}

async fn first_answer(options: &PgConnectOptions) -> Result<(), Fault> {
    let answer = tokio::time::timeout(OPEN_WAIT_MAX, PgConnection::connect_with(options)).await;
    let fault = match answer {
        Ok(Ok(link)) => return link.close().await.map_err(fault),
        Ok(Err(source)) => fault(source),
        Err(source) => Fault::transient("it did not answer in time; check host, port and firewall")
            .because(source),
    };
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    Err(Fault::new(
        fault.kind(),
        format!(
            "the database `{}` at `{place}` could not be opened as `{}`: {fault}",
            options.get_database().unwrap_or_else(|| options.get_username()),
            options.get_username(),
        ),
    )
    .because(fault))
}

impl Pools {
    pub(super) async fn reader(&self) -> Result<PoolConnection<Postgres>, Fault> {
        self.readers.acquire().await.map_err(fault)
    }

    pub(super) async fn writer(&self) -> Result<PoolConnection<Postgres>, Fault> {
        self.writers.acquire().await.map_err(fault)
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

pub(super) async fn rows(
    link: &mut PoolConnection<Postgres>,
    sql: &'static str,
    args: &[Value],
) -> Result<Vec<Row>, Fault> {
    let rows = bound!(Postgres, sql, args).fetch_all(&mut **link).await.map_err(fault)?;
    rows.iter().map(row).collect::<Result<_, _>>().map_err(fault)
}

pub(super) async fn run(
    link: &mut PoolConnection<Postgres>,
    sql: &'static str,
    args: &[Value],
) -> Result<u64, Fault> {
    Ok(bound!(Postgres, sql, args).execute(&mut **link).await.map_err(fault)?.rows_affected())
}

pub(super) async fn script(
    link: &mut PoolConnection<Postgres>,
    sql: &'static str,
) -> Result<(), Fault> {
    (**link).execute(sqlx::raw_sql(sql)).await.map(|_| ()).map_err(fault)
}

pub(super) async fn prepare(
    link: &mut PoolConnection<Postgres>,
    sql: &'static str,
) -> Result<(), Fault> {
    (**link).prepare(sql.into_sql_str()).await.map(|_| ()).map_err(fault)
}

fn row(row: &PgRow) -> Result<Row, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Value::Text(None));
            }
            let kind = value.type_info().name().to_owned();
            match kind.as_str() {
                "INT8" => row.try_get_unchecked(at).map(Value::Int),
                "INT4" => row
                    .try_get_unchecked::<Option<i32>, _>(at)
                    .map(|number| Value::Int(number.map(i64::from))),
                "BYTEA" => row.try_get_unchecked(at).map(Value::Blob),
                _ => row.try_get_unchecked(at).map(Value::Text),
            }
        })
        .collect::<Result<_, _>>()
        .map(Row)
}

fn pool(connections: u32) -> PoolOptions<Postgres> {
    PoolOptions::new().max_connections(connections).acquire_timeout(CONNECTION_WAIT_MAX)
}

fn fault(source: sqlx::Error) -> Fault {
    let Some(error) = source.as_database_error() else {
        return unreachable_database(source);
    };
    let code = error.code().unwrap_or_default().into_owned();
    let race = match code.as_str() {
        "40001" | "40P01" => true,
        "23505" => error.constraint().is_some_and(|key| RACED_KEYS.contains(&key)),
        _ => false,
    };
    let (kind, words) = words(&code);
    let fault = Fault::new(kind, words).because(source);
    if race { fault.raced() } else { fault }
}

/// What an SQLSTATE means to a person.
fn words(code: &str) -> (Kind, &'static str) {
    match code {
        "40001" | "40P01" | "23505" => {
            (Kind::Conflict, "somebody else was first; load the current state and decide again")
        }
        "28P01" | "28000" => (Kind::Permanent, "role or password is wrong; check the address"),
        "3D000" => (Kind::Permanent, "there is no such database; create it first"),
        "42501" => (Kind::Permanent, "the role lacks a right; make it the owner of the schema"),
        "25006" => (Kind::Transient, "the server only reads, as a standby does; name the primary"),
        "53300" => (Kind::Transient, "the server has no connection left; raise max_connections"),
        "53100" => (Kind::Transient, "the server's disk is full; make room and try again"),
        "55P03" | "57014" => (Kind::Transient, "the database took too long; try again"),
        _ if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
            (Kind::Transient, "the server is stopping or overloaded; try again")
        }
        _ if code.starts_with("23") => {
            (Kind::Permanent, "the database refused a row that breaks one of its rules; report it")
        }
        _ => (Kind::Permanent, "the database refused a statement; report it"),
    }
}

fn unreachable_database(source: sqlx::Error) -> Fault {
    let (kind, words) = match &source {
        sqlx::Error::Io(_) => {
            (Kind::Transient, "nothing answers there; check host, port and whether it runs")
        }
        sqlx::Error::Tls(_) => {
            (Kind::Permanent, "the encrypted connection failed; check `sslmode` and certificates")
        }
        sqlx::Error::PoolTimedOut => {
            (Kind::Transient, "no connection became free in time; try again in a moment")
        }
        sqlx::Error::PoolClosed => (Kind::Transient, "the store is closed; start it again"),
        sqlx::Error::WorkerCrashed => (Kind::Transient, "the connection broke; try again"),
        _ => (Kind::Permanent, "the database answered something unexpected; report it"),
    };
    Fault::new(kind, words).because(source)
}
