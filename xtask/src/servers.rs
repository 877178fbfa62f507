//! The servers that tests talk to, started before the tests and stopped after them, and the
//! variables that carry their addresses. Which tests use them is not its business.

use std::ffi::OsString;
use std::path::Path;

use crate::cluster::Cluster;
use crate::prepare::Tools;
use crate::provider::Provider;
use crate::{place, prepare, run};

/// Address of the superuser of PostgreSQL 15.
pub(crate) const PG15: &str = "COUNTERSIGN_TEST_PG15";
/// Address of the superuser of PostgreSQL 18.
pub(crate) const PG18: &str = "COUNTERSIGN_TEST_PG18";
/// Python with the independent Merkle tree implementations.
pub(crate) const PYTHON: &str = "COUNTERSIGN_TEST_PYTHON";
/// Python with schemathesis, which holds a server to its OpenAPI document.
pub(crate) const SCHEMATHESIS: &str = "COUNTERSIGN_TEST_SCHEMATHESIS";
/// The driver of a browser.
pub(crate) const DRIVER: &str = "COUNTERSIGN_TEST_CHROMEDRIVER";
/// The script of axe-core.
pub(crate) const AXE: &str = "COUNTERSIGN_TEST_AXE";

/// Origin of a provider of sign-ins.
pub(crate) const PROVIDER: &str = "COUNTERSIGN_TEST_PROVIDER";

/// Running servers; dropping it stops them.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    clusters: Vec<Cluster>,
    provider: Option<Provider>,
    variables: Vec<(&'static str, OsString)>,
}

impl Servers {
    /// Prepares and starts everything. An address that the environment already carries is kept
    /// and no server is started for it.
    ///
    /// # Errors
    /// When something is missing in CI, or a server that is there does not start.
    pub(crate) fn start() -> Result<Self, String> {
        let mut servers = Self::default();
        if [PG15, PG18, PYTHON, SCHEMATHESIS, DRIVER, AXE, PROVIDER]
            .iter()
            .all(|name| is_given(name))
        {
            return Ok(servers);
        }
        let tools = prepare::prepare()?;
        report_missing(&tools)?;
        servers.start_one(PG15, "pg15", tools.postgres15.as_deref())?;
        servers.start_one(PG18, "pg18", tools.postgres18.as_deref())?;
        let found = [
            (PYTHON, tools.python),
            (SCHEMATHESIS, tools.schemathesis),
            (DRIVER, tools.driver),
            (AXE, tools.axe),
        ];
        for (name, path) in found {
            if let Some(path) = path.filter(|_| !is_given(name)) {
                servers.variables.push((name, path.into()));
            }
        }
        if let Some(script) = tools.provider.filter(|_| !is_given(PROVIDER)) {
            let provider = Provider::start(&script)?;
            servers.variables.push((PROVIDER, provider.origin().into()));
            servers.provider = Some(provider);
        }
        Ok(servers)
    }

    /// What the tests find in their environment.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &OsString)> {
        self.variables.iter().map(|(name, value)| (*name, value))
    }

    fn start_one(
        &mut self,
        variable: &'static str,
        name: &str,
        binaries: Option<&Path>,
    ) -> Result<(), String> {
        let Some(binaries) = binaries.filter(|_| !is_given(variable)) else {
            return Ok(());
        };
        let cluster = Cluster::start(name, binaries)?;
        self.variables.push((variable, cluster.url().into()));
        self.clusters.push(cluster);
        Ok(())
    }
}

/// `cargo xtask servers`: keeps the servers up for work on a single test.
///
/// # Errors
/// As [`Servers::start`].
pub(crate) fn keep_up() -> Result<(), String> {
    let servers = Servers::start()?;
    if servers.variables.is_empty() {
        return Err(format!("nothing to start: `{PG15}` and the others are set already"));
    }
    for (name, value) in servers.variables() {
        println!("export {name}={}", value.to_string_lossy());
    }
    eprintln!("# the servers run until Ctrl-C; paste the lines above into another terminal");
    run::wait_for_interrupt()
}

fn is_given(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn report_missing(tools: &Tools) -> Result<(), String> {
    if tools.missing.is_empty() {
        return Ok(());
    }
    let said = tools.missing.join("\n");
    if place::is_ci() {
        return Err(format!("{said}\nCI runs with the real servers or not at all"));
    }
    eprintln!("{said}\ngoing on without: the tests that need it say so");
    Ok(())
}
