//! What policies can say of the situation: for what a person answers, and what is so around a case. All of it
//! is looked up by the server, and nothing that a client says about itself is believed.

use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::Text;
use serde_json::{Value, json};

use super::rightful::{proposed, shop, statement, watching};
use crate::lab::Lab;

/// The built-in policy with another of authority, and with one person who answers for the approvals of the
/// shop.
fn with(lab: &Lab, policy: &str) -> Folder {
    let mut texts = folder::builtin_texts();
    texts.push(Text { name: "authority/site.cedar".to_owned(), text: policy.to_owned() });
    let raci = texts.iter_mut().find(|it| it.name == "raci.toml").expect("the file");
    raci.text.push_str(&format!(
        "\n[people]\nkim = \"{}\"\n[[row]]\nplane = \"approval\"\nsystem = \"shop\"\n\
         accountable = \"kim\"\nattested = \"2027-01-02\"\n",
        lab.id("control"),
    ));
    // The rules of the test are the business rules alone.
    texts.retain(|Text { name, .. }| !name.starts_with("rules/") || name.contains("business"));
    folder::load(&texts).unwrap_or_else(|bad| panic!("{bad:?}"))
}

fn site(when: &str) -> String {
    format!(
        "@id(\"site\")\n@because(\"The site says so.\")\nforbid (principal, action == \
         Action::\"exception.confirm\", resource)\n{when};\n"
    )
}

/// Somebody else in the control seat, and what they are told who would confirm.
async fn other(lab: &Lab) -> String {
    let body = json!({ "name": "Carl Control", "seats": ["control"] });
    let done = lab.post("legal", "/people", body).await.ok();
    let subject = done["subject"].as_str().unwrap_or_default();
    lab.token_of(subject.strip_prefix("person:").expect("a person")).await
}

async fn code(lab: &Lab, token: &str, exception: &str, body: Value) -> Option<String> {
    let path = format!("/exceptions/{exception}/confirm");
    let said = lab.post_by(token, &path, body).await;
    said.body["code"].as_str().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_asks_for_the_duties_of_whoever_acts_and_no_client_gives_itself_one() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let duty = "unless { principal.duties.contains(\"accountable.approval\") }";
    let policy = with(&lab, &site(duty));
    let lab = lab.under(policy).await;
    lab.sync("shop").await;
    let exception = proposed(&lab, &finding).await;
    let carl = other(&lab).await;
    assert_eq!(
        code(&lab, &carl, &exception, statement()).await.as_deref(),
        Some("duty.not-permitted")
    );
    // Nobody says of themselves what they answer for.
    for forged in ["duties", "facts", "context", "principal"] {
        let mut body = statement();
        body[forged] = json!(["accountable.approval"]);
        let told = code(&lab, &carl, &exception, body).await;
        assert_eq!(told.as_deref(), Some("request.malformed"), "{forged}");
    }
    let may =
        format!("/policy/may?case={exception}&verb=exception.confirm&who={}", lab.id("control"));
    assert_eq!(lab.get("auditor", &may).await.ok()["permitted"], true);
    lab.post("control", &format!("/exceptions/{exception}/confirm"), statement()).await.ok();
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_speaks_of_what_is_so_around_a_case() {
    let sandbox = shop(1);
    let Some((lab, finding)) = watching(&sandbox).await else { return };
    let facts = "when { context.facts.contains(\"owner-away\") || context.facts.contains(\"gap.approval\") \
                 || context.facts.contains(\"vetoed\") }";
    let policy = with(&lab, &site(facts));
    let lab = lab.under(policy).await;
    lab.sync("shop").await;
    let exception = proposed(&lab, &finding).await;
    let carl = other(&lab).await;
    let tells = async || code(&lab, &carl, &exception, statement()).await;
    let away = json!({ "name": "Olga Owner", "seats": ["business"],
        "away": { "from": "2027-01-01", "until": "2027-12-31" } });
    let owner = format!("/people/{}/appoint", lab.id("owner"));
    lab.post("security", &owner, away).await.ok();
    assert_eq!(tells().await.as_deref(), Some("duty.not-permitted"), "the owner is away");
    let here = json!({ "name": "Olga Owner", "seats": ["business"] });
    lab.post("security", &owner, here).await.ok();
    let veto = json!({ "reason": "the two roles were read and both are too wide" });
    lab.post("security", &format!("/exceptions/{exception}/veto"), veto).await.ok();
    assert_eq!(tells().await.as_deref(), Some("duty.not-permitted"), "it is vetoed");
    let answer = json!({ "reason": "both are needed until the interface is there" });
    lab.post("owner", &format!("/exceptions/{exception}/answer"), answer).await.ok();
    assert_eq!(tells().await, None, "nothing stands in the way");
    lab.end().await;
}
