//! What an operator writes down: which systems are connected and where their credentials stand (never
//! the credentials themselves), and which rule packs apply. Read as TOML; unknown keys are refused.

mod provider;

use std::path::PathBuf;
use std::time::Duration;

use countersign_access::fact::SourceId;
use countersign_connect::plugin::{self, Plugin};
use countersign_connect::postgres::{self, Credential, ObjectTag, Postgres};
use countersign_connect::{Connector, Fault};
use countersign_policy::authority::Strength;
use serde::Deserialize;

use crate::clock;
use crate::front::{Front, Network, PROXIES_MAX, PublicOrigin};
pub(crate) use provider::is_safe;
pub use provider::{Provider, Words};

/// Most systems in one configuration.
pub const SYSTEMS_MAX: usize = 200;

/// The configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where people reach the pages from other machines: `https://` and a name, as a proxy that ends
    /// TLS in front of this server has it. Cookies, forms and names are held to it. Without one,
    /// browsers on this machine alone are answered.
    pub public_origin: Option<PublicOrigin>,
    /// The proxies that are believed in `X-Forwarded-For` about who is behind them: addresses, or
    /// networks as in `10.1.0.0/16`. Without them the header is ignored, and everybody behind a proxy
    /// counts as one address.
    ///
    /// What is counted by address and by name when somebody signs in is counted by each server for
    /// itself and in memory: with several servers on one database every limit is as many times as
    /// large, and a new start forgets what was counted.
    #[serde(default)]
    pub trusted_proxies: Vec<Network>,
    /// The provider of sign-ins of the organisation; without one, passwords of this server alone.
    pub provider: Option<Provider>,
    /// The connected systems.
    #[serde(default)]
    pub system: Vec<System>,
    /// Folders or files with rule packs of one's own.
    #[serde(default)]
    pub rules: Vec<PathBuf>,
    /// Leave the built-in packs out.
    #[serde(default)]
    pub no_builtin: bool,
}

/// One connected system.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct System {
    /// The name by which it is known everywhere.
    pub name: String,
    /// Orders are written down as scripts and never run.
    pub read_only: bool,
    /// Minutes between two reads; only on demand when left out.
    pub every_minutes: Option<u64>,
    /// How it is reached.
    pub kind: Kind,
}

/// How a system is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// PostgreSQL.
    Postgres {
        /// Where the URL of the reading account stands.
        read: Secret,
        /// Where the URL of the writing account stands.
        write: Option<Secret>,
        /// Databases; all when empty.
        databases: Vec<String>,
        /// Tags for objects.
        tag: Vec<Tag>,
    },
    /// A separate process that speaks the plugin protocol.
    Plugin {
        /// Program and arguments.
        command: Vec<String>,
        /// Names of environment variables that it gets.
        env: Vec<String>,
        /// Names that only the reading process gets.
        read_env: Vec<String>,
        /// Names that only the writing process gets.
        write_env: Vec<String>,
    },
}

/// A system as it stands in the file: the keys of all kinds, which are sorted out afterwards. An
/// enum inside a struct that refuses unknown keys would refuse its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    kind: KindName,
    #[serde(default)]
    read_only: bool,
    every_minutes: Option<u64>,
    read: Option<Secret>,
    write: Option<Secret>,
    databases: Option<Vec<String>>,
    tag: Option<Vec<Tag>>,
    command: Option<Vec<String>>,
    env: Option<Vec<String>>,
    read_env: Option<Vec<String>>,
    write_env: Option<Vec<String>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Postgres,
    Plugin,
}

impl TryFrom<Row> for System {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let Row { name, read_only, every_minutes, .. } = row;
        let missing = |key: &str| format!("system `{name}`: `{key}` is missing: add it");
        let foreign = |key: &str, kind: &str| {
            format!("system `{name}`: `{key}` is no key of the kind `{kind}`: take it out")
        };
        let kind = match row.kind {
            KindName::Postgres => {
                let strange = [
                    ("command", row.command.is_some()),
                    ("env", row.env.is_some()),
                    ("read_env", row.read_env.is_some()),
                    ("write_env", row.write_env.is_some()),
                ];
                if let Some((key, _)) = strange.into_iter().find(|(_, given)| *given) {
                    return Err(foreign(key, "postgres"));
                }
                Kind::Postgres {
                    read: row.read.ok_or_else(|| missing("read"))?,
                    write: row.write,
                    databases: row.databases.unwrap_or_default(),
                    tag: row.tag.unwrap_or_default(),
                }
            }
            KindName::Plugin => {
                let strange = [
                    ("read", row.read.is_some()),
                    ("write", row.write.is_some()),
                    ("databases", row.databases.is_some()),
                    ("tag", row.tag.is_some()),
                ];
                if let Some((key, _)) = strange.into_iter().find(|(_, given)| *given) {
                    return Err(foreign(key, "plugin"));
                }
                Kind::Plugin {
                    command: row.command.ok_or_else(|| missing("command"))?,
                    env: row.env.unwrap_or_default(),
                    read_env: row.read_env.unwrap_or_default(),
                    write_env: row.write_env.unwrap_or_default(),
                }
            }
        };
        Ok(Self { name, read_only, every_minutes, kind })
    }
}

/// Where a credential stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// In an environment variable of this name.
    Env(String),
    /// In a file that others cannot read.
    File(PathBuf),
}

/// A tag for the objects that a glob matches.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// Glob over `DATABASE/table/SCHEMA.NAME` and the like.
    pub object: String,
    /// `key=value`.
    pub tag: String,
}

/// Why a configuration is of no use.
#[derive(Debug, thiserror::Error)]
pub enum BadConfig {
    /// Not TOML of this form.
    #[error("the configuration cannot be read: {0}")]
    Form(String),
    /// Two systems of one name, or too many, or a name that is none.
    #[error("{0}")]
    Systems(String),
    /// More proxies than anybody has.
    #[error("at most {PROXIES_MAX} `trusted_proxies`: write networks, as in `10.1.0.0/16`")]
    Proxies,
    /// The provider of sign-ins cannot be meant, or its secret cannot be had.
    #[error("[provider]: {0}")]
    Provider(String),
    /// A credential cannot be had.
    #[error("system `{system}`: {fault}")]
    Connect {
        /// Which system.
        system: String,
        /// What is wrong.
        fault: Fault,
    },
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// When it is no TOML of this form, names a system twice, or names too many.
    pub fn parse(text: &str) -> Result<Self, BadConfig> {
        let config: Self =
            toml::from_str(text).map_err(|refusal| BadConfig::Form(refusal.to_string()))?;
        if config.system.len() > SYSTEMS_MAX {
            let words =
                format!("at most {SYSTEMS_MAX} systems: start a second server for the rest");
            return Err(BadConfig::Systems(words));
        }
        if config.trusted_proxies.len() > PROXIES_MAX {
            return Err(BadConfig::Proxies);
        }
        if let Some(provider) = &config.provider {
            let public = config.public_origin.as_ref().map(ToString::to_string);
            provider.check(public.as_deref()).map_err(BadConfig::Provider)?;
        }
        let mut names = std::collections::BTreeSet::new();
        for system in &config.system {
            if system.name.trim().is_empty() || system.name.contains(['/', ',']) {
                let words =
                    format!("`{}` is no name for a system: use letters, digits, `-`", system.name);
                return Err(BadConfig::Systems(words));
            }
            if !names.insert(&system.name) {
                let words = format!("two systems are called `{}`: rename one", system.name);
                return Err(BadConfig::Systems(words));
            }
        }
        Ok(config)
    }

    /// What stands in front of the server.
    pub(crate) fn front(&self) -> Front {
        Front { public: self.public_origin.clone(), proxies: self.trusted_proxies.clone() }
    }
}

impl Config {
    /// The strongest that a sign-in here can be: passwords and links of this server are a single factor.
    #[must_use]
    pub fn strongest(&self) -> Strength {
        self.provider.as_ref().map_or(Strength::Single, Provider::strongest)
    }

    /// What whoever runs this server would do so that sign-ins can be stronger.
    #[must_use]
    pub fn to_be_stronger(&self) -> &'static str {
        match self.provider {
            Some(_) => {
                "whoever runs this server writes under `second` or `key` of `[provider]` by which values \
                 of `acr` or `amr` the provider says so"
            }
            None => {
                "whoever runs this server connects the provider of the organisation, as \
                 docs/guide/sign-in-by-provider.md says: a password is a single factor"
            }
        }
    }
}

impl System {
    /// The kind's name.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Postgres { .. } => "postgres",
            Kind::Plugin { .. } => "plugin",
        }
    }

    /// Between two reads by itself.
    #[must_use]
    pub fn every(&self) -> Option<Duration> {
        let minutes = self.every_minutes?;
        Some(Duration::from_secs(minutes.clamp(1, 60 * 24 * 7).saturating_mul(60)))
    }

    /// The connector; reads the credentials from where they stand.
    ///
    /// # Errors
    /// When a credential cannot be read.
    pub fn connector(&self) -> Result<Connector, BadConfig> {
        self.connect().map_err(|fault| BadConfig::Connect { system: self.name.clone(), fault })
    }

    fn connect(&self) -> Result<Connector, Fault> {
        let system = SourceId::new(&self.name);
        match &self.kind {
            Kind::Postgres { read, write, databases, tag } => {
                let tags = tag.iter().map(|tag| ObjectTag::new(&tag.object, &tag.tag));
                Ok(Connector::Postgres(Postgres::new(postgres::Config {
                    system,
                    read: read.credential()?,
                    write: write.as_ref().map(Secret::credential).transpose()?,
                    databases: databases.clone(),
                    read_only: self.read_only,
                    tags: tags.collect::<Result<_, _>>()?,
                    clock: clock::now,
                })))
            }
            Kind::Plugin { command, env, read_env, write_env } => {
                let mut config = plugin::Config::new(system, command.clone(), clock::now);
                config.env.clone_from(env);
                config.read_env.clone_from(read_env);
                config.write_env.clone_from(write_env);
                config.read_only = self.read_only;
                Ok(Connector::Plugin(Plugin::new(config)))
            }
        }
    }
}

impl Secret {
    fn credential(&self) -> Result<Credential, Fault> {
        match self {
            Self::Env(name) => Credential::from_env(name),
            Self::File(path) => Credential::from_file(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_names_where_credentials_stand_and_never_holds_one() {
        let config = Config::parse(
            r#"
            [[system]]
            name = "ledger-db"
            kind = "postgres"
            read = { env = "LEDGER_READ" }
            write = { file = "/etc/countersign/write" }
            databases = ["ledger"]
            every_minutes = 15
            tag = [{ object = "*/table/ap.vendor", tag = "p2p=vendor" }]

            [[system]]
            name = "erp"
            kind = "plugin"
            command = ["erp-plugin"]
            "#,
        )
        .unwrap();
        assert_eq!(config.system.len(), 2);
        assert_eq!(config.system[0].every(), Some(Duration::from_secs(900)));
        assert!(config.system[0].connector().is_err(), "the variable is not set");
        assert!(
            Config::parse("[[system]]\nname='x'\nkind='postgres'\nread='postgres://a:b@c'")
                .is_err()
        );
    }

    #[test]
    fn what_stands_in_front_is_written_down_and_nonsense_is_refused_in_words() {
        let config = Config::parse(
            "public_origin = 'https://cs.example'\ntrusted_proxies = ['127.0.0.1', '10.1.0.0/16']",
        );
        let front = config.unwrap().front();
        assert!(front.public.is_some_and(|public| public.has("cs.example")));
        assert_eq!(front.proxies.len(), 2);
        assert_eq!(Config::default().front(), Front::default());
        let refused = |lines: &str| Config::parse(lines).unwrap_err().to_string();
        let said = refused("public_origin = 'http://cs.example'");
        assert!(said.contains("is no public origin: write `https://`"), "{said}");
        let said = refused("trusted_proxies = ['0.0.0.0/0']");
        assert!(said.contains("is no proxy: write its address"), "{said}");
        let many = vec!["'10.0.0.1'"; PROXIES_MAX + 1].join(",");
        let said = refused(&format!("trusted_proxies = [{many}]"));
        assert!(said.contains("at most 64 `trusted_proxies`"), "{said}");
    }

    #[test]
    fn the_guide_for_a_proxy_shows_a_configuration_that_is_taken() {
        let guide = include_str!("../../../docs/guide/behind-a-proxy.md");
        let shown = guide.split("```toml\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
        let front = Config::parse(shown).unwrap().front();
        assert!(front.public.is_some_and(|public| public.has("countersign.example.com")));
        assert_eq!(front.proxies.len(), 1);
    }

    #[test]
    fn two_systems_of_one_name_and_unknown_keys_are_refused() {
        let one = "[[system]]\nname='x'\nkind='plugin'\ncommand=['y']\n";
        let twice = Config::parse(&format!("{one}{one}")).unwrap_err().to_string();
        assert!(twice.contains("two systems are called `x`"), "{twice}");
        assert!(Config::parse("sistem = []").is_err());
        assert!(Config::parse(&format!("{one}colour = 'red'")).is_err());
        assert!(Config::parse(&one.replace('x', "a/b")).is_err());
    }

    #[test]
    fn a_key_of_another_kind_and_a_missing_one_are_named_with_their_system() {
        let refused = |lines: &str| Config::parse(lines).unwrap_err().to_string();
        let plugin = "[[system]]\nname='erp'\nkind='plugin'\n";
        let said = refused(plugin);
        assert!(said.contains("system `erp`: `command` is missing"), "{said}");
        let said = refused(&format!("{plugin}command=['y']\ndatabases=['z']"));
        assert!(said.contains("`databases` is no key of the kind `plugin`"), "{said}");
        let said = refused("[[system]]\nname='db'\nkind='postgres'\nread={env='R'}\nenv=['A']");
        assert!(said.contains("`env` is no key of the kind `postgres`"), "{said}");
        let said = refused(&format!("{plugin}command=['y']\nevery_minute=3"));
        assert!(said.contains("unknown field `every_minute`"), "{said}");
    }
}
