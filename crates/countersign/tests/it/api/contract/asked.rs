//! Who asks for what about which record: the committed configuration, with the records that this server
//! really has, so that each verb can be done once.

use std::collections::{BTreeMap, BTreeSet};

use countersign_server::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};
use toml::Table;

use super::Server;

const COMMITTED: &str = include_str!("../../../../../../schemathesis.toml");

pub(super) const SENTENCE: &str =
    "the archive reads the records each night until the new one is there";

pub(super) const SECURITY: &str = "rachel-lockwood";
pub(super) const CONTROL: &str = "sanne-dijkstra";
const LEGAL: &str = "femke-brouwer";

/// The system of which most seems to vanish.
const HELD: &str = "hr";

/// A pack that finds nothing here, for a policy that is proposed.
const OWN_RULES: &str = r#"
[pack]
id = "own"
version = "1"

[[rule]]
id = "own.nothing"
title = "Nothing of ours"
severity = "low"
explanation = "It stands for a rule of our own."
remedy = "Take one of the two away."

[[rule.side]]
name = "one"
any = [{ tag = "own=one" }]

[[rule.side]]
name = "other"
any = [{ tag = "own=other" }]
"#;

/// One operation, who asks for it, and what stands in its parameters.
pub(super) struct Asked {
    pub(super) operation: String,
    pub(super) who: String,
    pub(super) parameters: Vec<(&'static str, Vec<String>)>,
}

/// What the server has that can be asked about.
pub(super) struct There<'a> {
    pub(super) server: &'a Server,
    /// The files of tokens, by the id of the person.
    people: BTreeMap<String, String>,
    exceptions: Vec<Value>,
    findings: Vec<Value>,
    /// Findings of an owner that no exception that was ever in force, and no dispute, is about.
    free: Vec<Value>,
}

/// The configuration as committed, for this server.
pub(super) async fn configured(server: &Server) -> Table {
    let held = held(server).await;
    let there = There::look(server).await;
    let mut asked = there.about_exceptions().await;
    asked.extend(there.about_findings().await);
    asked.extend(there.about_policy().await);
    asked.extend(there.about_the_rest(held).await);
    asked.extend(super::reviewed::about_reviews(&there).await);
    let mut config: Table = COMMITTED.parse().expect("the committed configuration");
    let mut dictionaries = Table::new();
    let mut operations = Vec::new();
    for it in asked {
        operations.push(it.written(server, &mut dictionaries));
    }
    let committed = |name: &str| config.get(name).cloned();
    if let Some(toml::Value::Table(more)) = committed("dictionaries") {
        dictionaries.extend(more);
    }
    // What comes first decides.
    if let Some(toml::Value::Array(more)) = committed("operations") {
        operations.extend(more);
    }
    config.insert("dictionaries".to_owned(), dictionaries.into());
    config.insert("operations".to_owned(), operations.into());
    config
}

/// Reads a system while most of it is not there, and answers the run that waits for a person.
async fn held(server: &Server) -> String {
    let file = server.data.join("sandbox.json");
    let before = std::fs::read(&file).expect("the file of the sandbox");
    let mut sandbox: Value = serde_json::from_slice(&before).expect("JSON");
    let system = &mut sandbox["systems"][HELD];
    system["nodes"].as_array_mut().expect("nodes").truncate(20);
    system["edges"] = json!([]);
    std::fs::write(&file, sandbox.to_string()).expect("the file of the sandbox");
    let read = server.post(CONTROL, &format!("/systems/{HELD}/sync"), json!({})).await;
    std::fs::write(&file, before).expect("the file of the sandbox");
    assert!(read["position"].is_null(), "it is held: {read:#}");
    read["run"].as_str().expect("a run").to_owned()
}

impl<'a> There<'a> {
    async fn look(server: &'a Server) -> Self {
        let people = server.all("/people").await.into_iter().map(|it| {
            let name = text(&it, "name").to_lowercase().replace(' ', "-");
            (text(&it, "id"), name)
        });
        let (mut exceptions, mut findings) = (Vec::new(), Vec::new());
        for it in server.all("/exceptions").await {
            exceptions.push(server.get(&format!("/exceptions/{}", text(&it, "reference"))).await);
        }
        for it in server.all("/findings").await {
            findings.push(server.get(&format!("/findings/{}", text(&it, "reference"))).await);
        }
        // Asking again soon after one that was in force is a renewal.
        let never = ["rejected", "withdrawn"];
        let pinned: BTreeSet<String> = exceptions
            .iter()
            .filter(|it| !never.contains(&text(it, "status").as_str()))
            .map(|it| text(it, "finding"))
            .collect();
        let is_free = |it: &&Value| {
            it["status"] == "assigned"
                && it["case"]["dispute"].is_null()
                && !pinned.contains(&text(it, "reference"))
        };
        let free = findings.iter().filter(is_free).cloned().collect();
        Self { server, people: people.collect(), exceptions, findings, free }
    }

    /// The file of the token of whoever owns it.
    fn owner(&self, it: &Value) -> String {
        self.people.get(&text(it, "owner")).expect("one of the people").clone()
    }

    /// The id of somebody by the file of their token.
    pub(super) fn id(&self, who: &str) -> String {
        let found = self.people.iter().find(|(_, file)| *file == who);
        found.expect("one of the people").0.clone()
    }

    /// Somebody of the business who does not own it.
    fn another_owner(&self, it: &Value) -> &'static str {
        let owner = self.owner(it);
        let all = ["jeroen-haverkamp", "thomas-ashworth", "eleanor-whitfield"];
        all.into_iter().find(|who| *who != owner).expect("there is another")
    }

    /// The exceptions for which this is so.
    fn those(&self, wanted: impl Fn(&Value) -> bool) -> Vec<&Value> {
        let found: Vec<&Value> = self.exceptions.iter().filter(|it| wanted(it)).collect();
        assert!(!found.is_empty(), "the history of the demo has none");
        found
    }

    fn waiting(&self, words: &str) -> &Value {
        self.those(|it| it["waits_for"].to_string().contains(words))[0]
    }

    async fn about_exceptions(&self) -> Vec<Asked> {
        let active = self.those(|it| it["status"] == "active");
        let [revoked, suspended, resumed] = active[..] else { panic!("{active:#?}") };
        let why = json!({ "reason": SENTENCE });
        let at = format!("/exceptions/{}/suspend", text(resumed, "reference"));
        self.server.post(SECURITY, &at, why).await;
        let objected = self.those(|it| it["status"] == "suspended" && it["veto"].is_null())[0];
        let unaccepted = self.waiting("the business seat");
        let unanswered = self.waiting("the owner has not answered");
        let unsigned = self.waiting("the legal seat");
        let unconfirmed = self.waiting("the control seat");
        let (rejected, withdrawn) =
            (self.proposed(&self.free[0]).await, self.proposed(&self.free[1]).await);
        let of = |verb: &str, who: &str, it: &Value, words: Option<&'static str>| {
            let reference = ("path.reference", vec![text(it, "reference")]);
            let words = words.map(|field| (field, vec![SENTENCE.to_owned()]));
            Asked {
                operation: format!("POST /api/v1/exceptions/{{reference}}/{verb}"),
                who: who.to_owned(),
                parameters: std::iter::once(reference).chain(words).collect(),
            }
        };
        let (reason, statement) = (Some("body.reason"), Some("body.statement"));
        // Somebody else of the business takes one over, and is handed another.
        let (taker, given) = (self.another_owner(resumed), self.another_owner(suspended));
        let to = json!({ "to": self.id(taker), "reason": SENTENCE });
        let at = format!("/exceptions/{}/hand-over", text(resumed, "reference"));
        self.server.post(&self.owner(resumed), &at, to).await;
        let mut handed = of("hand-over", &self.owner(suspended), suspended, reason);
        handed.parameters.push(("body.to", vec![self.id(given)]));
        vec![
            handed,
            of("take-over", taker, resumed, None),
            of("accept", &self.owner(unaccepted), unaccepted, None),
            of("reject", &self.owner(&rejected), &rejected, reason),
            of("withdraw", &self.owner(&withdrawn), &withdrawn, reason),
            of("confirm", CONTROL, unconfirmed, statement),
            of("sign", LEGAL, unsigned, None),
            of("veto", SECURITY, objected, reason),
            of("answer", &self.owner(unanswered), unanswered, reason),
            of("suspend", SECURITY, suspended, reason),
            of("resume", CONTROL, resumed, statement),
            of("revoke", &self.owner(revoked), revoked, reason),
            of("activate", CONTROL, unconfirmed, None),
        ]
    }

    /// Puts an exception about a finding forward.
    async fn proposed(&self, finding: &Value) -> Value {
        let until = Clock::real().now() + SignedDuration::from_hours(24 * 10);
        let control = json!({
            "what": SENTENCE,
            "owner": self.id(CONTROL),
            "system": finding["system"],
            "test": { "test": "no_login", "account": finding["root_cause"] },
            "every_hours": 24,
            "max_age_hours": 48,
        });
        let proposal = json!({
            "finding": finding["reference"],
            "owner": finding["owner"],
            "need": SENTENCE,
            "not_removable": SENTENCE,
            "would_change": SENTENCE,
            "used": { "use": "continuous" },
            "controls": [control],
            "until": until.to_string(),
            "review_days": 7,
        });
        let done = self.server.post(&self.owner(finding), "/exceptions", proposal).await;
        self.server.get(&format!("/exceptions/{}", text(&done, "reference"))).await
    }

    async fn about_findings(&self) -> Vec<Asked> {
        let at = |status: &str| {
            let found = self.findings.iter().find(|it| it["status"] == status);
            found.unwrap_or_else(|| panic!("no finding is {status}"))
        };
        let mut undecided = self.findings.iter().filter(|it| it["ended_at"].is_null());
        let disputed = undecided.find(|it| !it["case"]["dispute"].is_null()).expect("a dispute");
        let (disputes, chooses) = (&self.free[2], &self.free[3]);
        let offers = format!("/findings/{}/remedies", text(chooses, "reference"));
        let offers = self.server.get(&offers).await;
        let offers = offers["items"].as_array().expect("a list");
        let offer = offers.iter().find(|it| it["change"]["what"] == "remove_edge").expect("one");
        let of = |verb: &str, who: &str, it: &Value, more: &[(&'static str, String)]| {
            let reference = ("path.reference", vec![text(it, "reference")]);
            let more = more.iter().map(|(field, value)| (*field, vec![value.clone()]));
            Asked {
                operation: format!("POST /api/v1/findings/{{reference}}/{verb}"),
                who: who.to_owned(),
                parameters: std::iter::once(reference).chain(more).collect(),
            }
        };
        let of_any = |verb: &str, any: [&Value; 3]| Asked {
            operation: format!("GET /api/v1/findings/{{reference}}/{verb}"),
            who: CONTROL.to_owned(),
            parameters: vec![("path.reference", any.map(|it| text(it, "reference")).to_vec())],
        };
        let business = self.owner(disputes);
        let reason = ("body.reason", SENTENCE.to_owned());
        let chosen = [
            ("body.remedy", text(offer, "remedy")),
            ("body.system", text(offer, "system")),
            ("body.change.account", text(&offer["change"], "source")),
            ("body.change.source", text(&offer["change"], "source")),
            ("body.change.kind", text(&offer["change"], "kind")),
            ("body.change.target", text(&offer["change"], "target")),
        ];
        vec![
            of("assign", SECURITY, at("open"), &[("body.owner", self.id(&business))]),
            of("choose", &self.owner(chooses), chooses, &chosen),
            of("order", CONTROL, at("chosen"), &[]),
            of_any("preview", [at("chosen"), at("remediating"), chooses]),
            of("withdraw-order", CONTROL, at("remediating"), std::slice::from_ref(&reason)),
            of("dispute", &business, disputes, std::slice::from_ref(&reason)),
            of("settle", SECURITY, disputed, &[reason]),
        ]
    }

    /// Two times of which something is known.
    async fn times(&self) -> Vec<(&'static str, Vec<String>)> {
        let stats = self.server.get("/graph/stats").await;
        let reads = stats["rests_on"].as_array().expect("reads");
        let last = reads.iter().map(|read| text(read, "read_at")).max().expect("a read");
        vec![("query.since", vec![last.clone()]), ("query.until", vec![last])]
    }

    /// A policy is proposed, so that its proposal can be ended.
    async fn about_policy(&self) -> Vec<Asked> {
        let policy = self.server.get("/policy").await;
        let changes = json!([{ "path": "rules/own.toml", "text": OWN_RULES }]);
        let proposal = json!({ "reason": SENTENCE, "changes": changes });
        self.server.post(SECURITY, "/policy/propose", proposal).await;
        let verbs = ["exception.accept", "finding.order", "policy.adopt"].map(str::to_owned);
        let asked = vec![
            ("query.verb", verbs.to_vec()),
            ("query.seats", vec!["business".to_owned(), "security,legal".to_owned()]),
            ("query.criticality", vec!["low".to_owned(), "critical".to_owned()]),
        ];
        let digest = vec![text(&policy, "digest")];
        let both = vec![("query.from", digest.clone()), ("query.to", digest)];
        let of = |operation: &str, who: &str, parameters: Vec<(&'static str, Vec<String>)>| {
            let operation = operation.to_owned();
            Asked { operation, who: who.to_owned(), parameters }
        };
        let reason = vec![("body.reason", vec![SENTENCE.to_owned()])];
        vec![
            of("GET /api/v1/policy/explain", SECURITY, asked),
            of("GET /api/v1/policy/difference", SECURITY, both.clone()),
            of("GET /api/v1/policy/consequences", SECURITY, both),
            of("POST /api/v1/policy/withdraw", LEGAL, reason),
        ]
    }

    /// What is given to call somebody in, and to call them in again.
    async fn called_in(&self) -> [Vec<(&'static str, Vec<String>)>; 2] {
        let until = Clock::real().now() + SignedDuration::from_hours(24 * 9);
        let given = vec![
            ("body.case", vec![text(self.free.last().expect("a finding"), "reference")]),
            ("body.seat", vec!["control".to_owned()]),
            ("body.until", vec![until.to_string()]),
        ];
        let body = json!({ "name": "Called In", "case": given[0].1[0], "seat": "security",
            "until": given[2].1[0] });
        let done = self.server.post(SECURITY, "/people/appoint-for-case", body).await;
        let mut again = given.clone();
        again.push(("path.id", vec![text(&done, "subject").replace("person:", "")]));
        [given, again]
    }

    /// People of whom nothing else is asked.
    async fn spare(&self) -> Vec<String> {
        let mut spare = Vec::new();
        for name in ["Spare One", "Spare Two"] {
            let body = json!({ "name": name, "seats": ["operations"] });
            let done = self.server.post(SECURITY, "/people", body).await;
            spare.push(text(&done, "subject").replace("person:", ""));
        }
        spare
    }

    async fn about_the_rest(&self, held: String) -> Vec<Asked> {
        let business = self.id(&self.owner(&self.free[2]));
        let spare = self.spare().await;
        let [given, again] = self.called_in().await;
        let of = |operation: &str, who: &str, parameters: Vec<(&'static str, Vec<String>)>| {
            let operation = operation.to_owned();
            Asked { operation, who: who.to_owned(), parameters }
        };
        let system = |name: &str| ("path.name", vec![name.to_owned()]);
        let is_open = |it: &&Value| it["ended_at"].is_null() && !it["detail"].is_null();
        let open = self.findings.iter().find(is_open).expect("an open finding");
        let path = open["detail"]["paths"][0].as_array().expect("a path");
        let (first, last) = (&path[0], &path[path.len() - 1]);
        let id = |at: &'static str, node: &Value| (at, vec![text(node, "id")]);
        let fingerprint = ("query.fingerprint", vec![text(&open["detail"], "fingerprint")]);
        let case = ("query.case", vec![text(open, "reference")]);
        let ways = vec![id("query.from", first), id("query.to", last)];
        let run = ("path.run", vec![held]);
        let release = "POST /api/v1/systems/{name}/runs/{run}/release";
        let spare = || vec![("path.id", spare.clone())];
        let to = json!({ "to": self.id(CONTROL) });
        self.server.post(SECURITY, "/accountability/detection/release/hand-over", to).await;
        let cell = |plane: &str, system: &str| {
            vec![("path.plane", vec![plane.to_owned()]), ("path.system", vec![system.to_owned()])]
        };
        let mut handed = cell("suppliers", "hr");
        handed.push(("body.to", vec![self.id(CONTROL)]));
        vec![
            of("GET /api/v1/people/{id}", SECURITY, vec![("path.id", vec![business.clone()])]),
            of("POST /api/v1/people/{id}/appoint", SECURITY, spare()),
            of("POST /api/v1/people/appoint-for-case", SECURITY, given),
            of("POST /api/v1/people/{id}/appoint-for-case", SECURITY, again),
            of("POST /api/v1/people/{id}/deactivate", SECURITY, spare()),
            of("DELETE /api/v1/people/{id}/link", SECURITY, spare()),
            of("POST /api/v1/processes", SECURITY, vec![("body.owner", vec![business])]),
            of("GET /api/v1/graph/reach", SECURITY, vec![id("query.id", first)]),
            of("GET /api/v1/graph/blast", SECURITY, vec![id("query.id", first)]),
            of("GET /api/v1/graph/access", SECURITY, vec![id("query.id", first)]),
            of("GET /api/v1/graph/who-can", SECURITY, vec![id("query.id", last)]),
            of("GET /api/v1/graph/path", SECURITY, ways),
            of(
                "GET /api/v1/policy/may",
                SECURITY,
                vec![case, ("query.verb", vec!["finding.assign".to_owned()])],
            ),
            of(
                "GET /api/v1/evidence/{reference}",
                SECURITY,
                vec![("path.reference", vec![text(open, "reference"), "EX-1".to_owned()])],
            ),
            of("GET /api/v1/graph/ways", SECURITY, vec![fingerprint.clone()]),
            of("GET /api/v1/graph/cut", SECURITY, vec![fingerprint]),
            of("GET /api/v1/graph/difference", SECURITY, self.times().await),
            of("POST /api/v1/systems/{name}/sync", CONTROL, vec![system("erp")]),
            of(release, CONTROL, vec![system(HELD), run]),
            of(&accountability("attest"), SECURITY, cell("detection", "erp")),
            of(&accountability("hand-over"), SECURITY, handed),
            of(&accountability("take-over"), CONTROL, cell("detection", "release")),
        ]
    }
}

impl Asked {
    /// As the configuration has it; the values go into dictionaries of their own.
    fn written(self, server: &Server, dictionaries: &mut Table) -> toml::Value {
        let mut parameters = Table::new();
        for (parameter, values) in self.parameters {
            let name = format!("given-{}", dictionaries.len());
            let binding = Table::from_iter([("dictionary".to_owned(), name.clone().into())]);
            parameters.insert(parameter.to_owned(), binding.into());
            let values = Table::from_iter([("values".to_owned(), values.into())]);
            dictionaries.insert(name, values.into());
        }
        let token = format!("Bearer {}", server.token(&self.who));
        let headers = Table::from_iter([("Authorization".to_owned(), token.into())]);
        let mut operation = Table::from_iter([
            ("include-name".to_owned(), self.operation.clone().into()),
            ("headers".to_owned(), headers.into()),
            ("parameters".to_owned(), parameters.into()),
        ]);
        if self.operation.contains("/people/{id}/") {
            // Links between answers lead to people who ask for something here.
            let off = Table::from_iter([("enabled".to_owned(), false.into())]);
            let phases = Table::from_iter([("stateful".to_owned(), off.into())]);
            operation.insert("phases".to_owned(), phases.into());
        }
        operation.into()
    }
}

fn accountability(verb: &str) -> String {
    format!("POST /api/v1/accountability/{{plane}}/{{system}}/{verb}")
}

#[track_caller]
pub(super) fn text(it: &Value, field: &str) -> String {
    it[field].as_str().unwrap_or_else(|| panic!("no `{field}`: {it:#}")).to_owned()
}
