//! One connection to one database with everything about it bounded: time to connect, time of a
//! statement, time on a lock. The only file that opens connections; knows no catalog.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow};
use sqlx::query::QueryAs;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow};

use super::credential::Credential;
use super::fault::Place;
use crate::Fault;

/// Longest wait for a connection.
const CONNECT_SECONDS: u64 = 10;
/// Longest time the server works on one statement.
const STATEMENT_SECONDS: u64 = 30;
/// Longest wait for a lock; a busy table must not queue everybody behind our order.
const LOCK_SECONDS: u64 = 5;
/// Longest time we wait for one answer: the server's limit and something for the network.
const ANSWER_SECONDS: u64 = STATEMENT_SECONDS + 5;
/// Oldest server whose catalogs are understood.
const VERSION_MIN: i32 = 150_000;
/// The database of an URL that names none.
const DATABASE_DEFAULT: &str = "postgres";

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Every transaction is read-only.
    Read,
    /// May change things.
    Write,
}

/// A query with its arguments that gives rows of one shape.
pub(super) type Query<'q, T> = QueryAs<'q, sqlx::Postgres, T, PgArguments>;

/// One connection.
pub(super) struct Session {
    connection: PgConnection,
    place: Place,
    address: String,
    about: About,
    is_broken: bool,
}

/// What the server says about the session.
#[derive(Debug, Clone, FromRow)]
pub(super) struct About {
    /// `180006`.
    pub(super) version: i32,
    /// `18.6`.
    pub(super) version_text: String,
    /// The account.
    pub(super) account: String,
    /// The database.
    pub(super) database: String,
    /// The cluster's own number, where it may be seen.
    pub(super) cluster: Option<String>,
    /// The address at the server's end, where it is no local socket.
    pub(super) server: Option<String>,
}

impl Session {
    /// Connects, to the URL's own database or to another one of the same server.
    pub(super) async fn open(
        credential: &Credential,
        database: Option<&str>,
        mode: Mode,
    ) -> Result<Self, Fault> {
        let (options, place, address) = read_url(credential, database)?;
        let connecting = PgConnection::connect_with(&options);
        let connection = within(CONNECT_SECONDS, &place, connecting);
        let connection = connection.await.map_err(|failure| failure.fault)?;
        let about = About {
            version: 0,
            version_text: String::new(),
            account: String::new(),
            database: String::new(),
            cluster: None,
            server: None,
        };
        let mut session = Self { connection, place, address, about, is_broken: false };
        session.set_limits(mode).await?;
        session.look_around().await?;
        Ok(session)
    }

    pub(super) fn about(&self) -> &About {
        &self.about
    }

    /// Memberships carry their own inherit and set options, one row per grantor.
    pub(super) fn has_options_per_grant(&self) -> bool {
        self.about.version >= 160_000
    }

    /// The endpoint that answered, without secrets.
    pub(super) fn read_from(&self) -> String {
        let address = self.about.server.as_ref().unwrap_or(&self.address);
        match &self.about.cluster {
            Some(cluster) => format!("{address}/{} (cluster {cluster})", self.about.database),
            None => format!("{address}/{}", self.about.database),
        }
    }

    /// All rows of a query that itself has a limit.
    pub(super) async fn rows<T>(&mut self, query: Query<'_, T>) -> Result<Vec<T>, Fault>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        self.check_usable()?;
        let asking = query.persistent(false).fetch_all(&mut self.connection);
        let answer = within(ANSWER_SECONDS, &self.place, asking).await;
        answer.map_err(|failure| self.note(failure))
    }

    /// The first row.
    pub(super) async fn row<T>(&mut self, query: Query<'_, T>) -> Result<Option<T>, Fault>
    where
        T: Send + Unpin + for<'r> FromRow<'r, PgRow>,
    {
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// Runs one statement that gives no rows. Its identifiers must have been quoted by the server.
    pub(super) async fn run(&mut self, statement: &str) -> Result<(), Fault> {
        self.check_usable()?;
        let asking = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        let running = asking.execute(&mut self.connection);
        let answer = within(ANSWER_SECONDS, &self.place, running).await;
        answer.map(|_| ()).map_err(|failure| self.note(failure))
    }

    /// Says goodbye; an error in that changes nothing.
    pub(super) async fn close(self) {
        let closing = tokio::time::timeout(Duration::from_secs(1), self.connection.close());
        if closing.await.is_err() {
            tracing::debug!(place = %self.place.label, "the server did not answer our goodbye");
        }
    }

    fn note(&mut self, failure: Failure) -> Fault {
        self.is_broken |= failure.is_connection_lost;
        failure.fault
    }

    fn check_usable(&self) -> Result<(), Fault> {
        if self.is_broken {
            return Err(Fault::Transient(format!(
                "the connection to `{}` is no longer usable after an earlier fault: try again",
                self.place.label
            )));
        }
        Ok(())
    }

    async fn set_limits(&mut self, mode: Mode) -> Result<(), Fault> {
        let read_only = if mode == Mode::Read { "on" } else { "off" };
        // An own search path, so that no object of theirs can stand in for one of the catalog.
        self.run(&format!(
            "set search_path = pg_catalog; set statement_timeout = '{STATEMENT_SECONDS}s'; \
             set lock_timeout = '{LOCK_SECONDS}s'; \
             set idle_in_transaction_session_timeout = '60s'; \
             set default_transaction_read_only = {read_only}"
        ))
        .await
    }

    async fn look_around(&mut self) -> Result<(), Fault> {
        let query = sqlx::query_as(
            "select current_setting('server_version_num')::int4 as version, \
             split_part(current_setting('server_version'), ' ', 1) as version_text, \
             session_user::text as account, \
             current_database()::text as database, \
             case when has_function_privilege('pg_control_system()', 'execute') \
               then (select system_identifier::text from pg_control_system()) end as cluster, \
             host(inet_server_addr()) || ':' || inet_server_port() as server",
        );
        if let Some(about) = self.row(query).await? {
            self.about = about;
        }
        if self.about.version < VERSION_MIN {
            return Err(Fault::Permanent(format!(
                "`{}` is PostgreSQL {}, and nothing older than 15 is understood: upgrade the server",
                self.place.label, self.about.version_text
            )));
        }
        Ok(())
    }
}

/// A fault, and whether the connection outlived it.
struct Failure {
    fault: Fault,
    is_connection_lost: bool,
}

/// Waits for at most so many seconds.
async fn within<T>(
    seconds: u64,
    place: &Place,
    doing: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(Duration::from_secs(seconds), doing).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let is_connection_lost = !matches!(
                error,
                sqlx::Error::Database(_)
                    | sqlx::Error::Decode(_)
                    | sqlx::Error::ColumnDecode { .. }
            );
            Err(Failure { fault: place.fault(&error), is_connection_lost })
        }
        Err(_) => Err(Failure { fault: place.timed_out(seconds), is_connection_lost: true }),
    }
}

fn read_url(
    credential: &Credential,
    database: Option<&str>,
) -> Result<(PgConnectOptions, Place, String), Fault> {
    let url = credential.url();
    let origin = credential.origin();
    let secrets = secrets_of(url);
    let bad = |why: &str| {
        let text = format!(
            "the {origin} holds no usable PostgreSQL URL ({why}): write it as \
             `postgres://ACCOUNT:PASSWORD@HOST:PORT/DATABASE` and percent-encode special characters"
        );
        Fault::Permanent(Place::new(String::new(), secrets.clone()).scrub(&text))
    };
    let rest = url
        .strip_prefix("postgres://")
        .or_else(|| url.strip_prefix("postgresql://"))
        .ok_or_else(|| bad("it does not begin with `postgres://`"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (account, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if account.is_empty() || account.starts_with(':') {
        return Err(bad("it names no account"));
    }
    if host.is_empty() && !rest.contains("host=") {
        return Err(bad("it names no host"));
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| bad("it cannot be parsed"))?;
    let database = database.or(options.get_database()).unwrap_or(DATABASE_DEFAULT).to_owned();
    let address = format!("{}:{}", options.get_host(), options.get_port());
    let label = format!("{}@{address}/{database}", options.get_username());
    let options = options
        .database(&database)
        .application_name("countersign")
        .statement_cache_capacity(0)
        .disable_statement_logging();
    Ok((options, Place::new(label, secrets), address))
}

/// The password as it stands in the URL, and as it is meant.
fn secrets_of(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let account = rest.rsplit_once('@').map_or("", |(account, _)| account);
    let in_account = account.split_once(':').map(|(_, password)| password);
    let in_query = url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("password="));
    let raw: Vec<&str> = in_account.into_iter().chain(in_query).collect();
    raw.iter().flat_map(|it| [(*it).to_owned(), percent_decoded(it)]).collect()
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = (byte == b'%')
            .then(|| Some((hex_digit(ahead.next()?)?, hex_digit(ahead.next()?)?)))
            .flatten();
        if let Some((high, low)) = hex {
            bytes.push(high << 4 | low);
            rest = ahead;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::secrets_of;

    #[test]
    fn the_password_is_known_in_both_spellings_so_that_neither_is_ever_shown() {
        assert_eq!(secrets_of("postgres://a:p%40ss@h:1/d"), ["p%40ss", "p@ss"]);
        assert_eq!(secrets_of("postgres://a@h/d?password=geheim&x=1"), ["geheim", "geheim"]);
        assert!(secrets_of("postgres://a@h/d").is_empty());
        assert_eq!(secrets_of("postgres://a:x@y@h/d"), ["x@y", "x@y"]);
        assert_eq!(secrets_of("postgres://a:%zz%4@h/d"), ["%zz%4", "%zz%4"]);
    }
}
