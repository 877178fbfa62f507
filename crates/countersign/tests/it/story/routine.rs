//! Low-risk routine passes without a person: the owner whom the policy names is put behind a finding by our
//! own check, and nothing of a graver tier ever is.

use serde_json::{Value, json};

use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};
use crate::web::browser::Browser;

/// One role of which the process is known, and one of which it is not.
const NODES: &str = "\
id,kind,name,system,tags,action
shop,system,Corner shop,shop,,
shop/role/ap,role,accounts payable,shop,,
shop/role/pay,role,payroll,shop,,
shop/ent/vendor,entitlement,create vendors,shop,duty=create_vendor,create
shop/ent/payment,entitlement,approve payments,shop,duty=approve_payment,approve
shop/ent/salary,entitlement,change salaries,shop,duty=change_salary,change
shop/ent/run,entitlement,run the payroll,shop,duty=run_payroll,run
shop/account/clerk,account,Clerk,shop,,
shop/account/other,account,Other,shop,,
";

const EDGES: &str = "\
source,kind,target
shop/role/ap,grants,shop/ent/vendor
shop/role/ap,grants,shop/ent/payment
shop/role/pay,grants,shop/ent/salary
shop/role/pay,grants,shop/ent/run
shop/account/clerk,member_of,shop/role/ap
shop/account/other,member_of,shop/role/pay
";

/// From now on the process of the payroll is known, and its owner.
async fn is_known(lab: &Lab, criticality: &str) {
    let process = json!({
        "key": "payroll", "name": "Payroll", "criticality": criticality, "owner": lab.id("other-owner"),
    });
    lab.post("security", "/processes", process).await.ok();
}

fn reference<'a>(findings: &'a [Value], rule: &str) -> &'a str {
    let found = findings.iter().find(|it| it["rule"] == rule);
    found.and_then(|it| it["reference"].as_str()).expect("such a finding")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_routine_gets_its_owner_without_a_person_and_what_is_graver_waits_for_one() {
    let sandbox = Sandbox::of_csv(NODES, EDGES);
    let Some(place) = Place::new(Keep::Sqlite).await else { return };
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    let findings = lab.findings().await;
    let low = reference(&findings, "business.salary-and-payroll");
    let high = reference(&findings, "business.vendor-and-payment");
    assert_eq!(lab.finding(low).await["tier"]["id"], "elevated");
    assert_eq!(lab.finding(low).await["status"], "open", "nobody pressed a button");

    is_known(&lab, "low").await;
    let whole = lab.until_status(low, "assigned").await;
    assert_eq!(
        (&whole["owner"], &whole["tier"]["id"]),
        (&json!(lab.id("other-owner")), &json!("routine"))
    );
    let history = lab.history(low).await;
    let events: Vec<&Value> =
        history.iter().filter(|it| it["name"] == "finding.entrusted.1").collect();
    let [event] = events[..] else { panic!("once: {history:#?}") };
    assert_eq!(event["actor"], "machine:steward");
    let it = &event["event"]["event"]["finding"]["finding.entrusted.1"];
    let it = if it.is_null() { find(&event["event"], "by").expect("the event") } else { it };
    assert_eq!(it["by"], "tier.routine.without_a_person", "{event:#}");
    assert_eq!(it["way"], "process", "{event:#}");
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let page = auditor.get(&format!("/findings/{low}")).await;
    assert!(page.text.contains("who owns its process, without a person"), "{}", page.text);
    let policy = auditor.get("/policy").await;
    assert!(policy.text.contains("Happens without a person"), "{}", policy.text);

    // The same look passed over what is graver, and what has an owner is theirs.
    assert_eq!(lab.finding(high).await["status"], "open");
    let other = json!({ "owner": lab.id("owner") });
    lab.post("security", &format!("/findings/{low}/assign"), other).await.ok();
    assert_eq!(lab.finding(low).await["owner"], lab.id("owner"));
    lab.states_are_folds().await;
    lab.ledger_is_whole().await;
    lab.end().await;
}

/// The innermost object that has this field.
fn find<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) if fields.contains_key(field) && fields.contains_key("way") => {
            Some(value)
        }
        Value::Object(fields) => fields.values().find_map(|it| find(it, field)),
        _ => None,
    }
}
