//! HTTP as any client meets it: what the committed document promises, how requests are refused, who is
//! let in, how pages go on, and what happens when two people or two copies of one request come at the
//! same moment. What the verbs decide is told by the stories; here it is how they are asked.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod call;
mod contract;
mod csv;
mod document;
mod duty;
mod exception;
mod graph;
mod leaf;
mod outside;
mod page;
mod race;
mod record;
mod refused;
mod rejection;
mod repeat;
mod token;

use countersign_server::token as tokens;
use countersign_server::token::Scope;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

/// Defines each named story once for SQLite and once for PostgreSQL.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::lab::Keep::Sqlite).await;
                }
            )+
        }
        mod postgresql {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::lab::Keep::Postgres).await;
                }
            )+
        }
    };
}
pub(crate) use both;

const HEAD: &str = "\
id,kind,name,system,tags
shop,system,Corner shop,shop,
shop/role/suppliers,role,Suppliers,shop,
shop/role/payments,role,Payments,shop,
shop/ent/vendor,entitlement,Create vendors,shop,duty=create_vendor
shop/ent/payment,entitlement,Approve payments,shop,duty=approve_payment
";

const EDGES: &str = "\
source,kind,target
shop/role/suppliers,grants,shop/ent/vendor
shop/role/payments,grants,shop/ent/payment
";

/// A shop in which so many clerks may each create a vendor and approve a payment: a finding each.
fn shop(clerks: usize) -> Sandbox {
    let (mut nodes, mut edges) = (HEAD.to_owned(), EDGES.to_owned());
    for n in 1..=clerks {
        nodes.push_str(&format!("shop/account/clerk-{n},account,Clerk Number {n},shop,\n"));
        for role in ["suppliers", "payments"] {
            edges.push_str(&format!("shop/account/clerk-{n},member_of,shop/role/{role}\n"));
        }
    }
    Sandbox::of_csv(&nodes, &edges)
}

/// A server that knows no system.
async fn alone(keep: Keep) -> Option<Lab> {
    let place = Place::new(keep).await?;
    Some(Lab::start(place, "", business()).await)
}

/// A server that has read a shop with so many clerks; the findings are `FN-1` and on.
async fn reading(keep: Keep, clerks: usize) -> Option<(Lab, Sandbox)> {
    let place = Place::new(keep).await?;
    let sandbox = shop(clerks);
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    assert_eq!(lab.findings().await.len(), clerks);
    Some((lab, sandbox))
}

/// A new token of one of the people, good for a day.
async fn issued(lab: &Lab, who: &str, scope: Scope) -> String {
    let id = *lab.people.get(who).expect("one of the people");
    let secret = tokens::issue(lab.door(), id, scope, "test", 1).await.expect("a token");
    secret.expose_secret().to_owned()
}

/// Appoints somebody new and answers their id and a token.
async fn appointed(lab: &Lab, appointment: &Value) -> (String, String) {
    let done = lab.post("legal", "/people", appointment.clone()).await.ok();
    let subject = done["subject"].as_str().unwrap_or_default();
    let id = subject.strip_prefix("person:").expect("a person").to_owned();
    let person = id.parse().expect("an id");
    let secret = tokens::issue(lab.door(), person, Scope::Act, "test", 1).await.expect("a token");
    (id, secret.expose_secret().to_owned())
}

/// The owner's name for a finding, given by security.
async fn assign(lab: &Lab, reference: &str, owner: &str) {
    let body = json!({ "owner": lab.id(owner) });
    lab.post("security", &format!("/findings/{reference}/assign"), body).await.ok();
}

/// What the owner would choose: the first remedy that is offered.
async fn choice(lab: &Lab, reference: &str) -> Value {
    let offers = lab.get("owner", &format!("/findings/{reference}/remedies")).await.ok();
    let offer = &offers["items"][0];
    json!({ "remedy": offer["remedy"], "system": offer["system"], "change": offer["change"] })
}

/// Takes a finding to the stage where it can be ordered.
async fn chosen(lab: &Lab, reference: &str) {
    assign(lab, reference, "owner").await;
    let choice = choice(lab, reference).await;
    lab.post("owner", &format!("/findings/{reference}/choose"), choice).await.ok();
}
