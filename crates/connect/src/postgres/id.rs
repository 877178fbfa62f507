//! Ids of nodes: built from the system's configured name and PostgreSQL's own immutable numbers
//! (oid, attribute number), never from names that can be given to something else. Reads them back
//! too, so that an order can be resolved at the moment it is carried out.

use countersign_access::fact::SourceId;
use countersign_access::node::NodeId;

use super::class::Class;
use crate::Fault;

/// `pg_database_owner`, the predefined role whose only member is each database's owner.
pub(super) const DATABASE_OWNER_OID: i64 = 6171;

/// Builds and reads the ids of one system.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    prefix: String,
}

/// Whoever can hold something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// A role, whichever of its nodes was meant.
    Role(i64),
    /// Every role.
    Public,
    /// `pg_database_owner` within one database.
    DatabaseOwner(i64),
}

impl Holder {
    /// The number that access lists use.
    pub(super) fn oid(self) -> i64 {
        match self {
            Self::Role(oid) => oid,
            Self::Public => 0,
            Self::DatabaseOwner(_) => DATABASE_OWNER_OID,
        }
    }
}

/// One object with an access list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) class: Class,
    /// Its database's number; its own for a database, 0 for other objects of the cluster.
    pub(super) database: i64,
    /// 0 for what has a label.
    pub(super) oid: i64,
    /// The attribute number of a column, else 0.
    pub(super) part: i64,
    /// For default privileges and parameters, whose catalog rows get a new number whenever they are
    /// emptied and filled again: role, schema and kind of object, or the parameter's name.
    pub(super) label: String,
}

/// What an id stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Holder(Holder),
    /// What is only had by whoever may be the role, not by whoever inherits from it.
    Session(i64),
    /// A role attribute, or the built-in power of a predefined role.
    ClusterPower(String),
    /// One privilege on one object.
    Privilege(Object, String),
}

impl Ids {
    pub(super) fn new(system: &SourceId) -> Self {
        Self { prefix: format!("postgres/{system}") }
    }

    pub(super) fn role(&self, oid: i64) -> Result<NodeId, Fault> {
        self.id(&format!("role/{oid}"))
    }

    pub(super) fn session(&self, oid: i64) -> Result<NodeId, Fault> {
        self.id(&format!("role/{oid}/session"))
    }

    /// What is inherited from a login role, apart from what only its own sessions have.
    pub(super) fn inherited(&self, oid: i64) -> Result<NodeId, Fault> {
        self.id(&format!("role/{oid}/inherit"))
    }

    pub(super) fn public(&self) -> Result<NodeId, Fault> {
        self.id("public")
    }

    pub(super) fn cluster(&self) -> Result<NodeId, Fault> {
        self.id("cluster")
    }

    pub(super) fn cluster_power(&self, name: &str) -> Result<NodeId, Fault> {
        self.id(&format!("cluster/{name}"))
    }

    pub(super) fn database_owner(&self, database: i64) -> Result<NodeId, Fault> {
        self.id(&format!("db/{database}/owner"))
    }

    pub(super) fn object(&self, object: &Object) -> Result<NodeId, Fault> {
        self.id(&Self::object_path(object))
    }

    pub(super) fn privilege(&self, object: &Object, action: &str) -> Result<NodeId, Fault> {
        self.id(&format!("{}/{action}", Self::object_path(object)))
    }

    /// Reads an id of this system.
    pub(super) fn parse(&self, id: &NodeId) -> Result<Meaning, Fault> {
        self.meaning(id.as_str()).ok_or_else(|| {
            Fault::Permanent(format!(
                "`{id}` is no id of `{}`: give an id as the last sync of this system shows it",
                self.prefix
            ))
        })
    }

    fn meaning(&self, id: &str) -> Option<Meaning> {
        let rest = id.strip_prefix(&self.prefix)?.strip_prefix('/')?;
        let parts: Vec<&str> = rest.split('/').collect();
        Some(match parts.as_slice() {
            ["public"] => Meaning::Holder(Holder::Public),
            ["role", oid] | ["role", oid, "inherit"] => {
                Meaning::Holder(Holder::Role(oid.parse().ok()?))
            }
            ["role", oid, "session"] => Meaning::Session(oid.parse().ok()?),
            ["cluster", power] => Meaning::ClusterPower((*power).to_owned()),
            ["db", database, "owner"] => {
                Meaning::Holder(Holder::DatabaseOwner(database.parse().ok()?))
            }
            ["db", database, action] => {
                let oid = database.parse().ok()?;
                privilege(Class::Database, oid, oid, 0, action)
            }
            ["db", database, "table", oid, "column", part, action] => privilege(
                Class::Column,
                database.parse().ok()?,
                oid.parse().ok()?,
                part.parse().ok()?,
                action,
            ),
            ["db", database, word, label, action] if *word == Class::Default.word() => {
                labelled(Class::Default, database.parse().ok()?, label, action)
            }
            ["db", database, word, oid, action] => {
                let class = Class::parse(word).filter(|class| class.is_of_database())?;
                privilege(class, database.parse().ok()?, oid.parse().ok()?, 0, action)
            }
            [word, label, action] if *word == Class::Parameter.word() => {
                labelled(Class::Parameter, 0, label, action)
            }
            [word, oid, action] => {
                let class = Class::parse(word).filter(|class| !class.is_of_database())?;
                privilege(class, 0, oid.parse().ok()?, 0, action)
            }
            _ => return None,
        })
    }

    fn object_path(object: &Object) -> String {
        let Object { class, database, oid, part, label } = object;
        match class {
            Class::Default => format!("db/{database}/default/{label}"),
            Class::Parameter => format!("parameter/{label}"),
            Class::Database => format!("db/{oid}"),
            Class::Column => format!("db/{database}/table/{oid}/column/{part}"),
            class if class.is_of_database() => format!("db/{database}/{}/{oid}", class.word()),
            class => format!("{}/{oid}", class.word()),
        }
    }

    fn id(&self, rest: &str) -> Result<NodeId, Fault> {
        NodeId::new(format!("{}/{rest}", self.prefix)).map_err(|bad| {
            Fault::Permanent(format!("the system's name makes no valid id, rename it: {bad}"))
        })
    }
}

fn privilege(class: Class, database: i64, oid: i64, part: i64, action: &str) -> Meaning {
    let label = String::new();
    Meaning::Privilege(Object { class, database, oid, part, label }, action.to_owned())
}

fn labelled(class: Class, database: i64, label: &str, action: &str) -> Meaning {
    let label = label.to_owned();
    Meaning::Privilege(Object { class, database, oid: 0, part: 0, label }, action.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_that_is_built_is_read_back_as_the_same_thing() {
        let ids = Ids::new(&SourceId::new("hospital"));
        let object = |class, database, oid, part, label: &str| {
            let label = label.to_owned();
            Object { class, database, oid, part, label }
        };
        let table = object(Class::Table, 5, 16_400, 0, "");
        let column = object(Class::Column, 5, 16_400, 2, "");
        let database = object(Class::Database, 5, 5, 0, "");
        let parameter = object(Class::Parameter, 0, 0, 0, "log_statement");
        let default = object(Class::Default, 5, 0, 0, "16384.2200.r");
        let power = Meaning::ClusterPower("superuser".to_owned());
        let role = Meaning::Holder(Holder::Role(10));
        let table_of = [
            (ids.role(10), role.clone()),
            (ids.inherited(10), role),
            (ids.session(10), Meaning::Session(10)),
            (ids.public(), Meaning::Holder(Holder::Public)),
            (ids.database_owner(5), Meaning::Holder(Holder::DatabaseOwner(5))),
            (ids.cluster_power("superuser"), power),
            (ids.privilege(&table, "select"), Meaning::Privilege(table, "select".to_owned())),
            (ids.privilege(&column, "update"), Meaning::Privilege(column, "update".to_owned())),
            (ids.privilege(&database, "own"), Meaning::Privilege(database, "own".to_owned())),
            (ids.privilege(&default, "usage"), Meaning::Privilege(default, "usage".to_owned())),
            (ids.privilege(&parameter, "set"), Meaning::Privilege(parameter, "set".to_owned())),
        ];
        for (id, meaning) in table_of {
            assert_eq!(ids.parse(&id.unwrap()).unwrap(), meaning);
        }
    }

    #[test]
    fn an_id_of_another_system_is_refused_in_words() {
        let ids = Ids::new(&SourceId::new("hospital"));
        for other in ["postgres/hospital2/role/10", "postgres/hospital/role/x", "postgres/hospital"]
        {
            let fault = ids.parse(&NodeId::new(other).unwrap()).unwrap_err().to_string();
            assert!(fault.contains("is no id of `postgres/hospital`"), "{fault}");
        }
    }
}
