//! The kinds of object that PostgreSQL grants privileges on: how each is called in ids and texts and
//! which catalog query lists it. The queries stand in `sql/`; observing, planning and reading back
//! all use the same ones, so that they cannot see different things. Runs none of them.

/// A kind of object with an access list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Database,
    Tablespace,
    Parameter,
    Schema,
    Table,
    Column,
    Sequence,
    Function,
    Language,
    Wrapper,
    Server,
    Default,
}

impl Class {
    /// Those that belong to the whole cluster and are read once.
    pub(super) const OF_CLUSTER: [Self; 3] = [Self::Database, Self::Tablespace, Self::Parameter];

    /// Those that belong to one database and are read in each.
    pub(super) const OF_DATABASE: [Self; 9] = [
        Self::Schema,
        Self::Table,
        Self::Column,
        Self::Sequence,
        Self::Function,
        Self::Language,
        Self::Wrapper,
        Self::Server,
        Self::Default,
    ];

    /// The word in ids and resource texts.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Tablespace => "tablespace",
            Self::Parameter => "parameter",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::Language => "language",
            Self::Wrapper => "foreign_data_wrapper",
            Self::Server => "foreign_server",
            Self::Default => "default",
        }
    }

    /// The kind with this word.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::OF_CLUSTER.into_iter().chain(Self::OF_DATABASE).find(|class| class.word() == word)
    }

    /// True when the object lives in one database and can only be seen and changed from there.
    pub(super) fn is_of_database(self) -> bool {
        Self::OF_DATABASE.contains(&self)
    }

    /// The column of the catalog that holds the access list, for locators.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Database => "datacl",
            Self::Tablespace => "spcacl",
            Self::Parameter => "paracl",
            Self::Schema => "nspacl",
            Self::Table | Self::Sequence => "relacl",
            Self::Column => "attacl",
            Self::Function => "proacl",
            Self::Language => "lanacl",
            Self::Wrapper => "fdwacl",
            Self::Server => "srvacl",
            Self::Default => "defaclacl",
        }
    }

    /// The query: `$1` is the key after which to begin, `$2` the most objects. Rows come ordered by
    /// key, privilege and grantee; an object without anything to tell has one row of nulls.
    pub(super) fn sql(self) -> &'static str {
        macro_rules! listed {
            ($file:literal) => {
                concat!(include_str!($file), include_str!("sql/grants.sql"))
            };
        }
        match self {
            Self::Database => listed!("sql/database.sql"),
            Self::Tablespace => listed!("sql/tablespace.sql"),
            Self::Parameter => listed!("sql/parameter.sql"),
            Self::Schema => listed!("sql/schema.sql"),
            Self::Table => listed!("sql/table.sql"),
            Self::Column => listed!("sql/column.sql"),
            Self::Sequence => listed!("sql/sequence.sql"),
            Self::Function => listed!("sql/function.sql"),
            Self::Language => listed!("sql/language.sql"),
            Self::Wrapper => listed!("sql/wrapper.sql"),
            Self::Server => listed!("sql/server.sql"),
            Self::Default => listed!("sql/default.sql"),
        }
    }
}
