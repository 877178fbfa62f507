//! A real PostgreSQL as a target: a database and roles of its own, and the two accounts exactly as the
//! guide makes them. Names in statements that begin with `@` are made unique for the target.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use tokio::sync::Mutex;

use super::place::server;

/// What the business rules speak of, by table.
const TAGS: &str = r#"
tag = [
  { object = "@/table/ap.vendor", tag = "p2p=vendor" },
  { object = "@/table/ap.payment", tag = "p2p=payment" },
]
"#;

/// A database with roles of its own.
pub(crate) struct Target {
    /// Its name, which is also the end of every role's name.
    pub(crate) database: String,
    server: String,
    folder: tempfile::TempDir,
    admin: Mutex<PgConnection>,
}

impl Target {
    /// A new database with the two accounts of the guide, or none where there is no such server.
    pub(crate) async fn new(wanted: (u32, &str)) -> Option<Self> {
        let server = server(wanted)?;
        let folder = tempfile::Builder::new().prefix("tg").rand_bytes(10).tempdir();
        let folder = folder.expect("a folder");
        let name = folder.path().file_name().and_then(|it| it.to_str()).expect("a name");
        let database = name.to_lowercase();
        let mut root = connect(&server, None).await;
        let create = format!("create database {database} template template0");
        root.execute(AssertSqlSafe(create)).await.expect("a database");
        root.close().await.expect("a connection ends");
        let admin = Mutex::new(connect(&server, Some(&database)).await);
        let target = Self { database, server, folder, admin };
        for block in ["read-account", "read-database", "write-account", "write-functions"] {
            target.guide(block, "").await;
        }
        target.keep("read", "@cs_read", "READ_PASSWORD");
        target.keep("write", "@cs_write", "WRITE_PASSWORD");
        Some(target)
    }

    /// Two tables of accounts payable, each with an owner of its own. The write account may act as
    /// the vendors' owner `@clerk` and not as the payments' owner `@payer`: with both it would itself
    /// hold what the business rules are about.
    pub(crate) async fn with_tables(self) -> Self {
        self.sql(
            "create role @clerk;
             create role @payer;
             create schema ap;
             grant usage on schema ap to @clerk, @payer;
             create table ap.vendor (id int primary key, iban text);
             create table ap.payment (id int primary key, amount int);
             alter table ap.vendor owner to @clerk;
             alter table ap.payment owner to @payer;",
        )
        .await;
        self.guide("write-grantor", "@clerk").await;
        self
    }

    /// Runs a block of the guide, for this team or grantor.
    pub(crate) async fn guide(&self, block: &str, role: &str) {
        let sql = guide_block(block)
            .replace("hospital", &self.database)
            .replace("cs_read", "@cs_read")
            .replace("cs_write", "@cs_write")
            .replace("ledger_owner", role)
            .replace("'team'", &format!("'{role}'"));
        self.sql(&sql).await;
    }

    /// Runs statements as a superuser in the target's database.
    pub(crate) async fn sql(&self, sql: &str) {
        let sql = self.named(sql);
        let done = self.admin.lock().await.execute(AssertSqlSafe(sql.clone())).await;
        if let Err(why) = done {
            panic!("{sql}\n{why}");
        }
    }

    /// Asks whether something is so.
    pub(crate) async fn is(&self, sql: &str) -> bool {
        let sql = AssertSqlSafe(self.named(&format!("select {sql}")));
        let row = self.admin.lock().await.fetch_one(sql).await.expect("a row");
        row.get(0)
    }

    /// `@name` made unique for this target.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut parts = text.split('@');
        let mut named = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end =
                part.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            named.push_str(&format!("{name}_{}{rest}", self.database));
        }
        named
    }

    /// A text with the target's own names made plain again.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&format!("_{}", self.database), "").replace(&self.database, "DB")
    }

    /// The configuration of this target under the name `hospital`, with the tables tagged.
    pub(crate) fn system(&self) -> String {
        self.system_with("")
    }

    /// The same with more lines, which come before the tags.
    pub(crate) fn system_with(&self, lines: &str) -> String {
        let (read, write) = (self.path("read"), self.path("write"));
        let tags = TAGS.replace('@', &self.database);
        let database = &self.database;
        format!(
            "[[system]]\nname = \"hospital\"\nkind = \"postgres\"\n\
             read = {{ file = {read:?} }}\nwrite = {{ file = {write:?} }}\n\
             databases = [\"{database}\"]\n{lines}\n{tags}"
        )
    }

    /// Puts an account's URL into the file of that name.
    pub(crate) fn keep(&self, name: &str, role: &str, password: &str) {
        self.keep_in(name, role, password, &self.database);
    }

    /// The same with another database in the URL.
    pub(crate) fn keep_in(&self, name: &str, role: &str, password: &str, database: &str) {
        let options: PgConnectOptions = self.server.parse().expect("a URL");
        let (host, port) = (options.get_host(), options.get_port());
        let role = self.named(role);
        self.keep_url(name, &format!("postgres://{role}:{password}@{host}:{port}/{database}"));
    }

    /// Puts a URL into the file of that name, which nobody else can read.
    pub(crate) fn keep_url(&self, name: &str, url: &str) {
        let path = self.path(name);
        std::fs::write(&path, url).expect("a file");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("a private file");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes the target down.
    pub(crate) async fn end(self) {
        let end = &self.database;
        let roles = {
            let mut admin = self.admin.lock().await;
            let sql = format!("select rolname::text from pg_roles where rolname like '%_{end}'");
            let rows = admin.fetch_all(AssertSqlSafe(sql)).await.expect("rows");
            rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>()
        };
        drop(self.admin);
        let mut root = connect(&self.server, None).await;
        let database = std::iter::once(format!("drop database {end} with (force)"));
        let owned = roles.iter().map(|it| format!("drop owned by {it} cascade"));
        let roles = roles.iter().map(|it| format!("drop role {it}"));
        for sql in database.chain(owned).chain(roles) {
            let done = root.execute(AssertSqlSafe(sql.clone())).await;
            done.unwrap_or_else(|why| panic!("{sql}: {why}"));
        }
        root.close().await.expect("a connection ends");
    }
}

async fn connect(url: &str, database: Option<&str>) -> PgConnection {
    let options: PgConnectOptions = url.parse().expect("a URL");
    let options = database.into_iter().fold(options, PgConnectOptions::database);
    options.disable_statement_logging().connect().await.expect("the server given to the tests")
}

/// The statements behind `<!-- sql: NAME -->` in the guide, exactly as they stand there.
fn guide_block(name: &str) -> String {
    let guide = include_str!("../../../../../docs/guide/connect-postgresql.md");
    let mark = format!("<!-- sql: {name} -->\n```sql\n");
    let (_, rest) = guide.split_once(&mark).unwrap_or_else(|| panic!("no block `{name}`"));
    rest.split_once("```").map(|(block, _)| block.to_owned()).expect("an end of the block")
}
