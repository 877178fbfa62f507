//! The command line against a server in the test's own process: what a person with a token types, sees
//! and gets as exit code. What the server decides is tested elsewhere; here it is how it is asked and
//! told.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod evidence;
mod exception;
mod format;
mod graph;
mod help;
mod policy;
mod reach;
mod refusal;
mod sign_in;
mod verb;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use countersign_server::token;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::command::Said;
use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

/// Three accounts of one system that may each create a vendor and approve a payment: one through a
/// group, one through two roles, and one that may approve in two ways.
const NODES: &str = "\
id,kind,name,system,tags,action
sandbox/erp,system,Finance system,erp,,
sandbox/erp/account/svc-sync,account,svc-sync,erp,login,
sandbox/erp/account/svc-batch,account,svc-batch,erp,login,
sandbox/erp/account/svc-twice,account,svc-twice,erp,login,
sandbox/erp/group/cover,group,Month-end cover,erp,,
sandbox/erp/role/suppliers,role,Suppliers,erp,,
sandbox/erp/role/payments,role,Payments,erp,,
sandbox/erp/entitlement/vendor,entitlement,Create vendors,erp,duty=create_vendor,create
sandbox/erp/entitlement/payment,entitlement,Approve payments,erp,duty=approve_payment,approve
";

const EDGES: &str = "\
source,kind,target
sandbox/erp/account/svc-sync,member_of,sandbox/erp/role/suppliers
sandbox/erp/account/svc-sync,member_of,sandbox/erp/group/cover
sandbox/erp/group/cover,member_of,sandbox/erp/role/payments
sandbox/erp/account/svc-batch,member_of,sandbox/erp/role/suppliers
sandbox/erp/account/svc-batch,member_of,sandbox/erp/role/payments
sandbox/erp/account/svc-twice,member_of,sandbox/erp/role/suppliers
sandbox/erp/account/svc-twice,member_of,sandbox/erp/role/payments
sandbox/erp/account/svc-twice,member_of,sandbox/erp/group/cover
sandbox/erp/role/suppliers,grants,sandbox/erp/entitlement/vendor
sandbox/erp/role/payments,grants,sandbox/erp/entitlement/payment
";

/// What each finding is about.
const SYNC: &str = "sandbox/erp/account/svc-sync";
const BATCH: &str = "sandbox/erp/account/svc-batch";
const TWICE: &str = "sandbox/erp/account/svc-twice";

/// Accounts without any duty, so that the system is large enough for a read to be held.
const OTHERS: usize = 40;

fn nodes() -> String {
    let other = |n| format!("sandbox/erp/account/n{n},account,n{n},erp,login,\n");
    format!("{NODES}{}", (0..OTHERS).map(other).collect::<String>())
}

/// A server with one sandbox system, and a folder with a token for each person.
struct Desk {
    lab: Lab,
    sandbox: Sandbox,
    tokens: tempfile::TempDir,
}

impl Desk {
    /// Read once, so that there are findings.
    async fn open() -> Self {
        Self::with("").await
    }

    /// The same with more lines in the system's configuration.
    async fn with(lines: &str) -> Self {
        let sandbox = Sandbox::of_csv(&nodes(), EDGES);
        let place = Place::new(Keep::Sqlite).await.expect("a file can always be had");
        let lab = Lab::start(place, &sandbox.system("erp", &[], lines), business()).await;
        let tokens = tempfile::tempdir().expect("a folder");
        for (who, id) in &lab.people {
            let issued = token::issue(lab.door(), *id, token::Scope::Act, "test", 30).await;
            write_secret(&tokens.path().join(who), issued.expect("a token").expose_secret());
        }
        lab.sync("erp").await;
        Self { lab, sandbox, tokens }
    }

    fn token(&self, who: &str) -> PathBuf {
        self.tokens.path().join(who)
    }

    /// Runs the binary as one of the people.
    async fn run(&self, who: &str, arguments: &[&str]) -> Said {
        let token = self.token(who).display().to_string();
        let mut all = arguments.to_vec();
        all.extend(["--token-file", &token]);
        self.bare(&all, &[]).await
    }

    /// Runs the binary as one of the people, who succeeds.
    async fn ok(&self, who: &str, arguments: &[&str]) -> String {
        let said = self.run(who, arguments).await;
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}: {said:?}");
        said.out
    }

    /// The same, as JSON.
    async fn json(&self, who: &str, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        let out = self.ok(who, &all).await;
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("no JSON: {error}\n{out}"))
    }

    /// Runs the binary without a token, with these variables.
    async fn bare(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let server = format!("http://{}", self.lab.running().address);
        let mut all = vec![("COUNTERSIGN_SERVER", server.as_str())];
        all.extend(variables);
        countersign(arguments, &all).await
    }

    /// The reference of the finding about one account.
    async fn finding(&self, account: &str) -> String {
        let list = self.json("auditor", &["finding", "list"]).await;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let found = items.iter().find(|it| it["root_cause"] == account);
        let found = found.unwrap_or_else(|| panic!("no finding of `{account}` in {items:#?}"));
        found["reference"].as_str().expect("a reference").to_owned()
    }

    async fn end(self) {
        self.lab.end().await;
    }
}

/// Runs the binary beside the server that answers it, in UTC.
async fn countersign(arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).env_clear().env("TZ", "UTC0").stdin(Stdio::null());
    command.envs(variables.iter().copied());
    let output = command.output().await.expect("the binary starts");
    Said {
        code: output.status.code().expect("the binary ends by itself"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("errors are UTF-8"),
    }
}

/// Runs a shell line that calls the binary as `$COUNTERSIGN`.
fn shell(line: &str, variables: &[(&str, &str)]) -> std::process::Output {
    let mut command = Command::new("bash");
    command.args(["-c", line]).env("COUNTERSIGN", env!("CARGO_BIN_EXE_countersign"));
    command.envs(variables.iter().copied()).stdin(Stdio::null()).output().expect("bash starts")
}

fn write_secret(path: &std::path::Path, secret: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, format!("{secret}\n")).expect("a file");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).expect("its rights");
}
