//! A laboratory in a real server: a database and roles of its own, the two accounts as the guide
//! creates them, and words for what was observed. Names in statements that begin with `@` belong to
//! the laboratory.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use countersign_access::change::{Change, Order};
use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::NodeId;
use countersign_connect::postgres::{Config, Credential, ObjectTag, Postgres};
use countersign_connect::{Connector, Fault, Seen};
use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};

/// The chunks that are on their way at most.
const CHUNKS_ON_THE_WAY: usize = 4;

/// A server given to the tests.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) major: u32,
    url: String,
}

/// The servers to test against. None on a laptop without them, after saying how to get them.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know that this one did not")]
pub(crate) fn servers() -> Vec<Server> {
    let names = [(15, "COUNTERSIGN_TEST_PG15"), (18, "COUNTERSIGN_TEST_PG18")];
    let mut servers = Vec::new();
    for (major, name) in names {
        match std::env::var(name) {
            Ok(url) => servers.push(Server { major, url }),
            Err(_) if std::env::var("CI").is_ok_and(|it| it == "true") => {
                panic!("`{name}` is not set: it must hold a superuser's URL of PostgreSQL {major}")
            }
            Err(_) => eprintln!("not run on PostgreSQL {major}: `cargo xtask test` sets `{name}`"),
        }
    }
    servers
}

/// A database with roles of its own.
pub(crate) struct Lab {
    pub(crate) server: Server,
    pub(crate) database: String,
    suffix: String,
    folder: tempfile::TempDir,
    admin: PgConnection,
}

impl Lab {
    /// A new database, with the two accounts as the guide makes them.
    pub(crate) async fn new(server: &Server) -> Self {
        let folder = tempfile::Builder::new().prefix("cs").rand_bytes(10).tempdir().unwrap();
        let name = folder.path().file_name().unwrap().to_str().unwrap().to_lowercase();
        let mut root = connect(&server.url, None).await;
        let create = format!("create database {name} template template0");
        root.execute(AssertSqlSafe(create)).await.unwrap();
        root.close().await.unwrap();
        let admin = connect(&server.url, Some(&name)).await;
        let server = server.clone();
        let mut lab = Self { server, database: name.clone(), suffix: name, folder, admin };
        for block in ["read-account", "read-database", "write-account", "write-functions"] {
            lab.guide(block, "").await;
        }
        lab
    }

    /// Runs a block of the guide, for this team or grantor.
    pub(crate) async fn guide(&mut self, block: &str, role: &str) {
        let sql = guide_block(block)
            .replace("hospital", &self.database)
            .replace("cs_read", "@cs_read")
            .replace("cs_write", "@cs_write")
            .replace("ledger_owner", role)
            .replace("'team'", &format!("'{role}'"));
        self.sql(&sql).await;
    }

    /// Runs statements as a superuser in the laboratory's database.
    pub(crate) async fn sql(&mut self, sql: &str) {
        let sql = self.named(sql);
        if let Err(why) = self.admin.execute(AssertSqlSafe(sql.clone())).await {
            panic!("{sql}\n{why}");
        }
    }

    /// Asks for one text.
    pub(crate) async fn ask(&mut self, sql: &str) -> Option<String> {
        let row = self.admin.fetch_optional(AssertSqlSafe(self.named(sql))).await.unwrap();
        row.and_then(|row| row.get::<Option<String>, _>(0))
    }

    /// A connector to the laboratory with another configuration.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Config)) -> Connector {
        let mut config = self.config();
        change(&mut config);
        Connector::Postgres(Postgres::new(config))
    }

    /// Runs the lines of a script as a superuser, as a person would.
    pub(crate) async fn run_by_hand(&mut self, script: &[String]) {
        for line in script {
            self.sql(line).await;
        }
    }

    /// The access list of a relation, sorted, because a grant that comes back comes back at the end.
    pub(crate) async fn acl(&mut self, relation: &str) -> String {
        let sql = format!(
            "select string_agg(item::text, ' ' order by item::text) from pg_class, unnest(relacl) item \
             where oid = '{relation}'::regclass"
        );
        let acl = self.ask(&sql).await.unwrap_or_default();
        self.plain(&acl)
    }

    /// `@name` made unique for this laboratory.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut parts = text.split('@');
        let mut named = parts.next().unwrap().to_owned();
        for part in parts {
            let end =
                part.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(part.len());
            let (name, rest) = part.split_at(end);
            named.push_str(&format!("{name}_{}{rest}", self.suffix));
        }
        named
    }

    /// A text with the laboratory's own names made plain again, the database as `D`.
    pub(crate) fn plain(&self, text: &str) -> String {
        text.replace(&format!("_{}", self.suffix), "").replace(&self.database, "D")
    }

    /// The URL of a role of the laboratory.
    pub(crate) fn url(&self, role: &str, password: &str) -> String {
        let (host, port) = self.address();
        format!("postgres://{}:{password}@{host}:{port}/{}", self.named(role), self.database)
    }

    pub(crate) fn address(&self) -> (String, u16) {
        let options: PgConnectOptions = self.server.url.parse().unwrap();
        (options.get_host().to_owned(), options.get_port())
    }

    /// A connection as one of the roles.
    pub(crate) async fn as_role(&self, role: &str, password: &str) -> PgConnection {
        connect(&self.url(role, password), None).await
    }

    /// A private file with an URL, as a credential.
    pub(crate) fn credential(&self, name: &str, url: &str) -> Credential {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, url).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        Credential::from_file(&path).unwrap()
    }

    pub(crate) fn config(&self) -> Config {
        Config {
            system: SourceId::new("lab"),
            read: self.credential("read", &self.url("@cs_read", "READ_PASSWORD")),
            write: Some(self.credential("write", &self.url("@cs_write", "WRITE_PASSWORD"))),
            databases: vec![self.database.clone()],
            read_only: false,
            tags: Vec::new(),
            clock: || Timestamp::from_second(1_800_000_000).unwrap(),
        }
    }

    pub(crate) fn connector(&self) -> Connector {
        Connector::Postgres(Postgres::new(self.config()))
    }

    /// A complete read.
    pub(crate) async fn observe(&self) -> Observed {
        let observed = Observed::of(&self.connector()).await.unwrap();
        assert_eq!(observed.seen.unreadable, Vec::new());
        observed
    }

    /// The edge between two nodes by name, as it was just observed.
    pub(crate) async fn edge(&self, source: &str, kind: EdgeKind, target: &str) -> EdgeKey {
        let observed = self.observe().await;
        let (source, target) = (observed.id(&self.named(source)), observed.id(&self.named(target)));
        EdgeKey { source, kind, target }
    }

    /// An order to take an edge away.
    pub(crate) async fn removal(&self, source: &str, kind: EdgeKind, target: &str) -> Order {
        let edge = self.edge(source, kind, target).await;
        self.order(Change::RemoveEdge { edge, grantor: None })
    }

    pub(crate) fn order(&self, change: Change) -> Order {
        Order { key: "order-1".to_owned(), system: SourceId::new("lab"), change }
    }

    /// The observed edges of the laboratory's own nodes, in words.
    pub(crate) async fn edges(&self) -> BTreeSet<String> {
        self.words(&self.observe().await)
    }

    /// Edges in words, without those that only say what every role and object has.
    pub(crate) fn words(&self, observed: &Observed) -> BTreeSet<String> {
        let edges = observed.facts.edges.iter().filter(|edge| edge.key.kind != EdgeKind::AppliesTo);
        let words = edges.map(|edge| {
            let EdgeKey { source, kind, target } = &edge.key;
            format!("{} {kind} {}", observed.name(source), observed.name(target))
        });
        words.filter(|it| it.contains(&self.suffix)).map(|it| self.plain(&it)).collect()
    }

    /// Takes the laboratory down.
    pub(crate) async fn close(mut self) {
        let end = self.suffix.clone();
        let databases =
            self.list(&format!("datname) from pg_database where datname like '%{end}'")).await;
        let roles = self.list(&format!("rolname) from pg_roles where rolname like '%{end}'")).await;
        self.admin.close().await.unwrap();
        let mut root = connect(&self.server.url, None).await;
        let databases = databases.iter().map(|it| format!("drop database {it} with (force)"));
        let owned = roles.iter().map(|it| format!("drop owned by {it} cascade"));
        let roles = roles.iter().map(|it| format!("drop role {it}"));
        for sql in databases.chain(owned).chain(roles) {
            root.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        root.close().await.unwrap();
    }

    async fn list(&mut self, rest: &str) -> Vec<String> {
        let sql = format!("select quote_ident({rest} order by 1");
        let rows = self.admin.fetch_all(AssertSqlSafe(sql)).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

/// What one read gave.
pub(crate) struct Observed {
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) facts: Chunk,
    pub(crate) seen: Seen,
}

impl Observed {
    pub(crate) async fn of(connector: &Connector) -> Result<Self, Fault> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(CHUNKS_ON_THE_WAY);
        let collecting = async {
            let mut chunks: Vec<Chunk> = Vec::new();
            while let Some(chunk) = receiver.recv().await {
                chunks.push(chunk);
            }
            chunks
        };
        let (seen, chunks) = tokio::join!(connector.observe(sender), collecting);
        let mut facts = Chunk::default();
        for chunk in &chunks {
            facts.nodes.extend(chunk.nodes.clone());
            facts.edges.extend(chunk.edges.clone());
        }
        Ok(Self { chunks, facts, seen: seen? })
    }

    /// The id of the only node with this name.
    pub(crate) fn id(&self, name: &str) -> NodeId {
        let found: Vec<_> = self.facts.nodes.iter().filter(|node| node.name == name).collect();
        assert_eq!(found.len(), 1, "nodes named `{name}`: {found:#?}");
        found[0].id.clone()
    }

    pub(crate) fn name(&self, id: &NodeId) -> String {
        let node = self.facts.nodes.iter().find(|node| node.id == *id);
        node.map_or_else(|| format!("DANGLING {id}"), |node| node.name.clone())
    }

    pub(crate) fn tags(&self, name: &str) -> BTreeMap<String, String> {
        let id = self.id(name);
        self.facts.nodes.iter().find(|node| node.id == id).unwrap().tags.clone()
    }
}

pub(crate) fn tag(object: &str, tag: &str) -> ObjectTag {
    ObjectTag::new(object, tag).unwrap()
}

async fn connect(url: &str, database: Option<&str>) -> PgConnection {
    let options: PgConnectOptions = url.parse().unwrap();
    let options = database.into_iter().fold(options, PgConnectOptions::database);
    options.disable_statement_logging().connect().await.unwrap()
}

/// The statements behind `<!-- sql: NAME -->` in the guide, exactly as they stand there.
fn guide_block(name: &str) -> String {
    let guide = include_str!("../../../../docs/guide/connect-postgresql.md");
    let mark = format!("<!-- sql: {name} -->\n```sql\n");
    let (_, rest) = guide.split_once(&mark).unwrap_or_else(|| panic!("no block `{name}`"));
    rest.split_once("```").unwrap().0.to_owned()
}
