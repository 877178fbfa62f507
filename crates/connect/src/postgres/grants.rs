//! Access lists of objects: reads them page by page and turns them into entitlements, resources and
//! grants. What PostgreSQL itself grants on its own objects is left out where nobody changed it.

use std::collections::BTreeMap;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::{NAME_BYTES_MAX, Node, NodeId, NodeKind};
use sqlx::FromRow;

use super::class::Class;
use super::id::{DATABASE_OWNER_OID, Ids, Object};
use super::reach::{Reach, platform};
use super::session::Session;
use super::tag::{self, ObjectTag};
use crate::Fault;

/// Objects of one query.
const PAGE_OBJECTS: i64 = 2_000;
/// Most pages that are looked through for one default privilege or parameter.
const LABELLED_PAGES_MAX: usize = 1_000;

/// One privilege of one grantee on one object; an object that has nothing to tell is a row without
/// privilege.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Grant {
    pub(super) key: i64,
    pub(super) object: i64,
    pub(super) part: i32,
    label: String,
    /// The object's name as resource texts show it.
    pub(super) name: String,
    /// What stands before `grant` and `revoke` in statements about it.
    pub(super) before: String,
    /// How statements name it.
    pub(super) identity: String,
    /// The column list behind the privilege, with a space before it.
    pub(super) columns: String,
    pub(super) owner: i64,
    pub(super) definer: bool,
    privilege: Option<String>,
    pub(super) grantee: Option<i64>,
    grantors: Option<Vec<i64>>,
    grantable: Option<Vec<bool>>,
    items: Option<Vec<String>>,
}

impl Grant {
    /// The action as entitlements name it: `select`, `alter_system`, `own`.
    pub(super) fn action(&self) -> Option<String> {
        self.privilege.as_ref().map(|word| word.to_lowercase().replace(' ', "_"))
    }

    /// The privilege as statements name it.
    pub(super) fn word(&self) -> String {
        self.privilege.as_deref().unwrap_or_default().to_lowercase()
    }

    /// Who granted it, and whether with the right to grant it on.
    pub(super) fn grantors(&self) -> impl Iterator<Item = (i64, bool)> {
        let oids = self.grantors.iter().flatten().copied();
        oids.zip(self.grantable.iter().flatten().copied())
    }

    /// The entries of the access list as PostgreSQL writes them.
    pub(super) fn items(&self) -> &[String] {
        self.items.as_deref().unwrap_or_default()
    }
}

/// What the rows are to be read as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) source: &'a SourceId,
    pub(super) ids: &'a Ids,
    pub(super) reach: &'a Reach,
    pub(super) tags: &'a [ObjectTag],
    /// Number and name of the database that is read.
    pub(super) database: (i64, &'a str),
}

/// The rows of the objects after a key, whole objects only.
pub(super) async fn read_page(
    session: &mut Session,
    class: Class,
    after: i64,
) -> Result<Vec<Grant>, Fault> {
    session.rows(sqlx::query_as(class.sql()).bind(after).bind(PAGE_OBJECTS)).await
}

/// The rows of one object; none when it is no longer there.
pub(super) async fn read_object(
    session: &mut Session,
    object: &Object,
) -> Result<Vec<Grant>, Fault> {
    if !object.label.is_empty() {
        return read_labelled(session, object).await;
    }
    let key = key_of(object);
    let query = sqlx::query_as(object.class.sql()).bind(key - 1).bind(1_i64);
    let mut rows: Vec<Grant> = session.rows(query).await?;
    rows.retain(|row| row.key == key);
    Ok(rows)
}

/// There are few of these, so they are looked through.
async fn read_labelled(session: &mut Session, object: &Object) -> Result<Vec<Grant>, Fault> {
    let mut after = 0;
    for _ in 0..LABELLED_PAGES_MAX {
        let mut rows = read_page(session, object.class, after).await?;
        let Some(last) = rows.last() else { return Ok(rows) };
        after = last.key;
        rows.retain(|row| row.label == object.label);
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Err(Fault::Permanent(format!(
        "more than {LABELLED_PAGES_MAX} pages of {} entries were looked through without an end: ask for \
         this limit to be raised",
        object.class.word()
    )))
}

/// The rows of all columns of one table that have an access list of their own.
pub(super) async fn read_columns(session: &mut Session, table: i64) -> Result<Vec<Grant>, Fault> {
    let mut rows = read_page(session, Class::Column, table * KEY_STRIDE).await?;
    rows.retain(|row| row.object == table);
    Ok(rows)
}

/// Keys of columns, as `sql/column.sql` makes them, leave room for 4,096 columns of each table, and
/// begin 64 below the first one because system columns have negative numbers.
const KEY_STRIDE: i64 = 4_096;
const KEY_OFFSET: i64 = 64;

fn key_of(object: &Object) -> i64 {
    match object.class {
        Class::Column => object.oid * KEY_STRIDE + object.part + KEY_OFFSET,
        _ => object.oid,
    }
}

impl Scene<'_> {
    /// Nodes and edges of one page.
    pub(super) fn facts(&self, class: Class, rows: &[Grant]) -> Result<Chunk, Fault> {
        let mut facts = Chunk::default();
        for object in rows.chunk_by(|one, next| one.key == next.key) {
            self.object_facts(class, object, &mut facts)?;
        }
        Ok(facts)
    }

    fn object_facts(&self, class: Class, rows: &[Grant], facts: &mut Chunk) -> Result<(), Fault> {
        let Some(first) = rows.first().filter(|row| row.privilege.is_some()) else {
            return Ok(());
        };
        let object = self.object(class, first);
        let resource = self.resource(class, first);
        let tags = self.tags_of(class, first, &resource);
        let id = self.ids.object(&object)?;
        let because = self.source.at(clipped(&format!("{} {}", class.word(), first.name)));
        let system = self.source.as_str();
        let node =
            Node::new(id.clone(), NodeKind::Resource, &clipped(&resource), system, because.clone());
        let owner = self.reach.role(first.owner).map(|role| role.name.clone());
        facts.nodes.push(Node { owner, tags: tags.clone(), ..node });
        for rows in rows.chunk_by(|one, next| one.privilege == next.privilege) {
            let Some(action) = rows.first().and_then(Grant::action) else { continue };
            let entitlement = self.ids.privilege(&object, &action)?;
            let title = clipped(&format!("{action} on {resource}"));
            let kind = NodeKind::Entitlement;
            let node = Node::new(entitlement.clone(), kind, &title, system, because.clone());
            facts.nodes.push(Node {
                action: Some(action),
                resource: Some(clipped(&resource)),
                tags: tags.clone(),
                ..node
            });
            let about =
                Edge::new(entitlement.clone(), EdgeKind::AppliesTo, id.clone(), because.clone());
            facts.edges.push(about);
            for row in rows {
                self.grant_facts(class, row, &entitlement, facts)?;
            }
        }
        Ok(())
    }

    fn grant_facts(
        &self,
        class: Class,
        row: &Grant,
        entitlement: &NodeId,
        facts: &mut Chunk,
    ) -> Result<(), Fault> {
        let grantors: Vec<i64> = row.grantors().map(|(oid, _)| oid).collect();
        let grantor = self.reach.grantors(&grantors)?;
        let locator = if row.items().is_empty() {
            format!("owner of {} {}", class.word(), row.name)
        } else {
            format!("{} of {}: {}", class.list(), row.name, row.items().join(","))
        };
        let because = self.source.at(clipped(&locator));
        for holder in self.holders(class, row.grantee.unwrap_or_default())? {
            let edge = Edge::new(holder, EdgeKind::Grants, entitlement.clone(), because.clone());
            facts.edges.push(Edge { grantor: grantor.clone(), ..edge });
        }
        Ok(())
    }

    fn holders(&self, class: Class, grantee: i64) -> Result<Vec<NodeId>, Fault> {
        match grantee {
            0 => Ok(vec![self.ids.public()?]),
            DATABASE_OWNER_OID if class.is_of_database() => {
                Ok(vec![self.ids.database_owner(self.database.0)?])
            }
            oid => self.reach.holders(oid),
        }
    }

    fn object(&self, class: Class, row: &Grant) -> Object {
        let database = match class {
            Class::Database => row.object,
            class if class.is_of_database() => self.database.0,
            _ => 0,
        };
        let label = row.label.clone();
        let oid = if label.is_empty() { row.object } else { 0 };
        Object { class, database, oid, part: row.part.into(), label }
    }

    fn resource(&self, class: Class, row: &Grant) -> String {
        let word = class.word();
        if class.is_of_database() {
            format!("{}/{word}/{}", self.database.1, row.name)
        } else {
            format!("{word}/{}", row.name)
        }
    }

    /// A column also has the tags of its table: whoever may write one column of the vendor table may
    /// change vendors.
    fn tags_of(&self, class: Class, row: &Grant, resource: &str) -> BTreeMap<String, String> {
        let mut tags = platform();
        if row.definer {
            tags.insert("security_definer".to_owned(), String::new());
        }
        let table = (class == Class::Column)
            .then(|| row.name.rsplit_once('.'))
            .flatten()
            .map(|(table, _)| format!("{}/table/{table}", self.database.1));
        let texts: Vec<&str> = table.as_deref().into_iter().chain([resource]).collect();
        tag::apply(self.tags, &texts, &mut tags);
        tags
    }
}

/// The text cut to what a name may be long, at a character's end.
fn clipped(text: &str) -> String {
    if text.len() <= NAME_BYTES_MAX {
        return text.to_owned();
    }
    let most = NAME_BYTES_MAX - '…'.len_utf8();
    let ends = text.char_indices().map(|(at, it)| at + it.len_utf8());
    let kept = ends.take_while(|end| *end <= most).last().unwrap_or_default();
    format!("{}…", text.get(..kept).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{NAME_BYTES_MAX, clipped};

    #[test]
    fn a_name_is_cut_to_what_is_accepted_without_splitting_a_character() {
        assert_eq!(clipped("short"), "short");
        let exact = "a".repeat(NAME_BYTES_MAX);
        assert_eq!(clipped(&exact), exact);
        for unit in ["a", "ä", "語", "🦀"] {
            let cut = clipped(&unit.repeat(NAME_BYTES_MAX + 1));
            assert!(cut.len() <= NAME_BYTES_MAX && cut.len() > NAME_BYTES_MAX - 8, "{}", cut.len());
            assert!(cut.ends_with('…') && cut.starts_with(unit));
        }
    }
}
