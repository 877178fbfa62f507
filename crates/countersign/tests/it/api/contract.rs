//! The whole document, held to a real server with ninety days behind it by a client that is not ours
//! (schemathesis, by `schemathesis.toml`): every operation is asked, well and badly, and every answer is
//! one that the document promises. Each verb is asked by somebody who may, about a record where it can
//! be done, so that a yes is looked at as well as a no.

mod asked;
mod reviewed;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::demo::{folder, goes_on};

/// Python with schemathesis.
const SCHEMATHESIS: &str = "COUNTERSIGN_TEST_SCHEMATHESIS";

/// It ends by itself long before; its own limit of time is none.
const ENDS_WITHIN: Duration = Duration::from_secs(240);

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What is answered with a yes in other tests only: the parts of a proposal and of a plan must fit one another, an
/// exception comes into force by itself with the last thing that it waits for, an edge to try must be
/// there, the files of a policy must hold together and two people put them in force, and a program is signed
/// in by a person in a browser.
const NEVER_A_YES: [&str; 8] = [
    "POST /api/v1/exceptions",
    "POST /api/v1/exceptions/{reference}/activate",
    "POST /api/v1/exceptions/{reference}/renew",
    "POST /api/v1/graph/what-if",
    "POST /api/v1/policy/countersign",
    "POST /api/v1/policy/propose",
    "POST /api/v1/reviews",
    "POST /api/v1/sign-in/device/token",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_ninety_days_behind_it_keeps_every_promise_of_the_document() {
    let Some(python) = python() else { return };
    let folder = folder();
    let (demo, address, _) = goes_on(folder.path(), &[]);
    let server = Server::at(address, folder.path());
    let config = asked::configured(&server).await;
    let file = folder.path().join("schemathesis.toml");
    std::fs::write(&file, config.to_string()).expect("a file");
    let report = ran(&python, (&file, folder.path()), &server).await;
    assert!(report["complete"] == true && report["exit_code"] == 0, "{report:#}");
    let took_part = &report["operations"];
    let expected = json!(operations().len());
    assert_eq!(took_part["tested"], expected, "it asks every operation: {took_part:#}");
    assert_eq!((&took_part["errored"], &took_part["skipped"]), (&json!(0), &json!(0)));
    let missed: Vec<String> =
        operations().into_iter().filter(|it| !has_a_yes(&report, it)).collect();
    assert_eq!(
        missed, NEVER_A_YES,
        "no request was answered with a yes: {:#}",
        report["valid_rates"]
    );
    demo.signal("TERM");
    let ended = demo.ended().await;
    assert_eq!((ended.status.code(), ended.err.as_str()), (Some(0), ""), "{ended:?}");
}

/// Where it is. None on a laptop without it, after saying how to get it.
#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know that this one did not")]
fn python() -> Option<PathBuf> {
    match std::env::var_os(SCHEMATHESIS) {
        Some(path) => Some(path.into()),
        None if std::env::var("CI").is_ok_and(|it| it == "true") => {
            panic!("`{SCHEMATHESIS}` is not set: it must name a Python that has schemathesis")
        }
        None => {
            eprintln!("not run: `cargo xtask test` sets `{SCHEMATHESIS}`");
            None
        }
    }
}

/// Every operation of the document, as the report names it.
fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(countersign_server::api::openapi()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let named = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    named.collect()
}

/// Whether one of the requests that could have been meant was.
fn has_a_yes(report: &Value, operation: &str) -> bool {
    let phases = report["valid_rates"][operation].as_object();
    phases.into_iter().flatten().any(|(_, phase)| phase["accepted"].as_u64() > Some(0))
}

/// Runs it to its end, and answers its report; what it complains of fails the test.
async fn ran(python: &Path, (config, folder): (&Path, &Path), server: &Server) -> Value {
    let (report, said) = (folder.join("report.json"), folder.join("said.txt"));
    let mut command = Command::new(python);
    command.args(["-m", "schemathesis.cli", "--config-file"]).arg(config).arg("run");
    command.arg(format!("{}/openapi.json", server.address));
    command.args(["--checks", "all", "--max-examples", "40", "--seed", "1", "--no-color"]);
    command.args(["--generation-database", "none", "--report", "json", "--report-json-path"]);
    command
        .arg(&report)
        .current_dir(folder)
        .env("COUNTERSIGN_TOKEN", server.token("rachel-lockwood"));
    let out = std::fs::File::create(&said).expect("a file");
    command.stdin(Stdio::null()).stderr(out.try_clone().expect("a file")).stdout(out);
    let mut child = command.spawn().expect("Python starts");
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            break Some(status);
        }
        if begin.elapsed() > ENDS_WITHIN {
            let _has_ended_meanwhile = child.kill();
            let _is_reaped = child.wait();
            break None;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    let said = std::fs::read_to_string(&said).expect("what it said");
    let is_clean = status.is_some_and(|status| status.success());
    assert!(is_clean, "{status:?} after {:?}\n{said}", begin.elapsed());
    let report = std::fs::read_to_string(&report).unwrap_or_else(|why| panic!("{why}\n{said}"));
    serde_json::from_str(&report).expect("JSON")
}

/// The demo, asked as one of its people.
struct Server {
    address: String,
    data: PathBuf,
    http: reqwest::Client,
}

impl Server {
    fn at(address: String, folder: &Path) -> Self {
        Self { address, data: folder.join("data"), http: reqwest::Client::new() }
    }

    fn token(&self, who: &str) -> String {
        std::fs::read_to_string(self.data.join("tokens").join(who)).expect("a token")
    }

    async fn get(&self, path: &str) -> Value {
        self.send("pieter-langeveld", Method::GET, path, None).await
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> Value {
        self.send(who, Method::POST, path, Some(body)).await
    }

    async fn send(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/api/v1{path}", self.address);
        let mut request = self.http.request(method, url).bearer_auth(self.token(who));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("the server answers");
        let is_good = answer.status().is_success();
        let body: Value = answer.json().await.expect("JSON");
        assert!(is_good, "{path}: {body:#}");
        body
    }

    /// What a list holds, the newest last.
    async fn all(&self, list: &str) -> Vec<Value> {
        let list = self.get(&format!("{list}?limit=200")).await;
        list["items"].as_array().expect("a list").iter().rev().cloned().collect()
    }
}
