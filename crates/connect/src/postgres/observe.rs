//! Reads a cluster: roles and objects of the cluster over the first connection, then each database
//! over a connection of its own, each from one snapshot. What cannot be read is named and makes the
//! run incomplete; nothing is taken for absent because it was not visible.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, Unreadable};
use countersign_access::node::{Node, NodeKind};
use sqlx::FromRow;

use super::Config;
use super::batch::Batch;
use super::class::Class;
use super::grants::{self, Scene};
use super::id::Ids;
use super::reach::{Reach, platform};
use super::session::{Mode, Session};
use super::{rights, roles};
use crate::{Fault, Seen};

/// Most databases that are read in one cluster.
const DATABASES_MAX: usize = 10_000;
/// Most pages of one kind of object in one database.
const PAGES_MAX: usize = 10_000;
/// One snapshot for all that is read in a database.
const SNAPSHOT: &str = "begin transaction isolation level repeatable read, read only";

/// A database as the cluster lists it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Database {
    oid: i64,
    name: String,
    owner: i64,
    is_wanted_by_default: bool,
}

/// Reads everything and sends it on.
pub(super) async fn observe(config: &Config, mut batch: Batch) -> Result<Seen, Fault> {
    let ids = Ids::new(&config.system);
    let mut session = Session::open(&config.read, None, Mode::Read).await?;
    session.run(SNAPSHOT).await?;
    let roles = roles::read_roles(&mut session).await?;
    let members = roles::read_members(&mut session).await?;
    let passwords = read_passwords(&mut session).await?;
    let reach = Reach::new(config.system.clone(), ids.clone(), roles, &members);
    batch.all(reach.facts(&passwords)?).await?;
    let databases = read_databases(&mut session).await?;

    let mut seen = Seen::default();
    if databases.len() >= DATABASES_MAX {
        seen.unreadable.push(Unreadable {
            place: "databases of the cluster".to_owned(),
            why: format!("more than {DATABASES_MAX}: name the ones to read in the configuration"),
        });
    }
    let scene = Scene {
        source: &config.system,
        ids: &ids,
        reach: &reach,
        tags: &config.tags,
        database: (0, ""),
    };
    read_classes(&mut session, &Class::OF_CLUSTER, &scene, &mut batch, &mut seen).await?;
    session.close().await;
    for database in wanted(config, &databases, &mut seen) {
        let scene = Scene { database: (database.oid, &database.name), ..scene };
        batch.all(owner_facts(&scene, database.owner)?).await?;
        read_database(config, &scene, &mut batch, &mut seen).await?;
    }
    batch.finish().await?;
    Ok(seen)
}

async fn read_database(
    config: &Config,
    scene: &Scene<'_>,
    batch: &mut Batch,
    seen: &mut Seen,
) -> Result<(), Fault> {
    let name = scene.database.1;
    let entering = async {
        let mut session = Session::open(&config.read, Some(name), Mode::Read).await?;
        session.run(SNAPSHOT).await?;
        Ok::<_, Fault>(session)
    };
    let mut session = match entering.await {
        Ok(session) => session,
        Err(fault) => {
            seen.unreadable.push(Unreadable {
                place: format!("database `{name}`"),
                why: format!("not visible: {fault}"),
            });
            return Ok(());
        }
    };
    read_classes(&mut session, &Class::OF_DATABASE, scene, batch, seen).await?;
    session.close().await;
    Ok(())
}

/// A kind that cannot be read is named, and the next one is tried.
async fn read_classes(
    session: &mut Session,
    classes: &[Class],
    scene: &Scene<'_>,
    batch: &mut Batch,
    seen: &mut Seen,
) -> Result<(), Fault> {
    for class in classes {
        if let Some(why) = read_class(session, *class, scene, batch).await? {
            let place = match scene.database.1 {
                "" => format!("{} privileges of the cluster", class.word()),
                name => format!("{} privileges in database `{name}`", class.word()),
            };
            seen.unreadable.push(Unreadable { place, why: format!("not visible: {why}") });
            // The failed statement ended the snapshot; an unusable connection says so by itself.
            let again = async {
                session.run("rollback").await?;
                session.run(SNAPSHOT).await
            };
            if let Err(fault) = again.await {
                tracing::debug!(%fault, "no new snapshot after an unreadable catalog");
            }
        }
    }
    Ok(())
}

/// Says why the kind could not be read, if it could not.
async fn read_class(
    session: &mut Session,
    class: Class,
    scene: &Scene<'_>,
    batch: &mut Batch,
) -> Result<Option<String>, Fault> {
    let mut after = 0_i64;
    for _ in 0..PAGES_MAX {
        let rows = match grants::read_page(session, class, after).await {
            Ok(rows) => rows,
            Err(fault) => return Ok(Some(fault.to_string())),
        };
        let Some(last) = rows.last() else { return Ok(None) };
        after = last.key;
        batch.all(scene.facts(class, &rows)?).await?;
    }
    Ok(Some(format!("more than {PAGES_MAX} pages: ask for this limit to be raised")))
}

/// Whoever owns a database is, in it, the only member of `pg_database_owner`.
fn owner_facts(scene: &Scene<'_>, owner: i64) -> Result<Chunk, Fault> {
    let (oid, name) = scene.database;
    let because = scene.source.at(format!("pg_database {name}: datdba"));
    let id = scene.ids.database_owner(oid)?;
    let title = format!("pg_database_owner of {name}");
    let system = scene.source.as_str();
    let node = Node::new(id.clone(), NodeKind::Role, &title, system, because.clone());
    let holders = scene.reach.holders(owner)?;
    let edges = holders
        .into_iter()
        .map(|it| Edge::new(it, EdgeKind::MemberOf, id.clone(), because.clone()));
    Ok(Chunk { nodes: vec![Node { tags: platform(), ..node }], edges: edges.collect() })
}

async fn read_databases(session: &mut Session) -> Result<Vec<Database>, Fault> {
    let query = sqlx::query_as(
        "select oid::int8 as oid, datname::text as name, datdba::int8 as owner, \
         datallowconn and not datistemplate as is_wanted_by_default \
         from pg_database order by datname collate \"C\" limit $1",
    );
    session.rows(query.bind(i64::try_from(DATABASES_MAX).unwrap_or(i64::MAX))).await
}

/// The configured databases, or all that take connections and are no templates: a session in a
/// template would keep others from creating databases.
fn wanted<'a>(config: &Config, databases: &'a [Database], seen: &mut Seen) -> Vec<&'a Database> {
    if config.databases.is_empty() {
        return databases.iter().filter(|database| database.is_wanted_by_default).collect();
    }
    let known: BTreeMap<&str, &Database> =
        databases.iter().map(|database| (database.name.as_str(), database)).collect();
    let names: BTreeSet<&str> = config.databases.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for name in names {
        match known.get(name) {
            Some(database) => found.push(*database),
            None => seen.unreadable.push(Unreadable {
                place: format!("database `{name}`"),
                why: "there is no such database: correct its name in the system's configuration"
                    .to_owned(),
            }),
        }
    }
    found
}

/// How each password is kept, where the guide's view is there for us. Without it nothing is said
/// about passwords.
async fn read_passwords(session: &mut Session) -> Result<BTreeMap<i64, String>, Fault> {
    #[derive(FromRow)]
    struct Row {
        oid: i64,
        password: String,
    }
    if !rights::may_read(session, "role_password").await? {
        return Ok(BTreeMap::new());
    }
    let query = sqlx::query_as(
        "select oid::int8 as oid, password from countersign.role_password \
         where password in ('none', 'scram', 'md5', 'other') order by oid limit 500000",
    );
    let rows: Vec<Row> = session.rows(query).await?;
    Ok(rows.into_iter().map(|row| (row.oid, row.password)).collect())
}
