//! A shop with several clerks, each with both duties, so that each is a finding of its own; exceptions
//! are brought by the API to where a test begins.

#![expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]

use std::fmt::Write as _;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

/// What somebody says, with markup in it.
pub(crate) const MARKED: &str =
    "the till needs both <b>until</b> the \"new\" one & its spare are there";

/// The same on a page.
pub(crate) const SHOWN: &str = "he till needs both &#60;b&#62;until&#60;/b&#62; the &#34;new&#34; one &#38; its spare are there";

/// A shop with its clerks.
pub(crate) struct Market {
    pub(crate) lab: Lab,
    pub(crate) sandbox: Sandbox,
}

impl Market {
    /// With a clerk for each of these ids.
    pub(crate) async fn with(clerks: &[&str]) -> Self {
        let mut nodes = "id,kind,name,system,tags\n\
            shop,system,Corner shop,shop,\n\
            shop/role/suppliers,role,Suppliers,shop,\n\
            shop/role/payments,role,Payments,shop,\n\
            shop/ent/vendor,entitlement,Create vendors,shop,duty=create_vendor\n\
            shop/ent/payment,entitlement,Approve payments,shop,duty=approve_payment\n"
            .to_owned();
        let mut edges = "source,kind,target\n\
            shop/role/suppliers,grants,shop/ent/vendor\n\
            shop/role/payments,grants,shop/ent/payment\n"
            .to_owned();
        for clerk in clerks {
            let _always = writeln!(nodes, "{clerk},account,Clerk <i>{clerk}</i>,shop,");
            let _always = writeln!(edges, "{clerk},member_of,shop/role/suppliers");
            let _always = writeln!(edges, "{clerk},member_of,shop/role/payments");
        }
        let sandbox = Sandbox::of_csv(&nodes, &edges);
        let place = Place::new(Keep::Sqlite).await.expect("a place");
        let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
        lab.sync("shop").await;
        Self { lab, sandbox }
    }

    /// With so many clerks: FN-1 and on, each with its owner.
    pub(crate) async fn of(clerks: usize) -> Self {
        let ids: Vec<String> = (1..=clerks).map(|n| format!("shop/account/clerk-{n}")).collect();
        let market = Self::with(&ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
        for number in 1..=clerks {
            let owner = json!({ "owner": market.lab.id("owner") });
            market.lab.post("security", &format!("/findings/FN-{number}/assign"), owner).await.ok();
        }
        market
    }

    /// Asks for an exception for a finding, in these words.
    pub(crate) async fn ask(&self, finding: &str, words: &str) -> String {
        let shown = self.lab.finding(finding).await;
        let account = shown["detail"]["root_cause"]["id"].clone();
        let until = self.lab.server_clock().now() + SignedDuration::from_hours(24 * 5);
        let proposal = json!({
            "finding": finding,
            "owner": self.lab.id("owner"),
            "need": words,
            "not_removable": words,
            "would_change": words,
            "used": { "use": "continuous" },
            "controls": [{
                "what": words,
                "owner": self.lab.id("control"),
                "system": "shop",
                "test": { "test": "no_login", "account": account },
                "every_hours": 744,
                "max_age_hours": 2_160,
            }],
            "until": until.to_string(),
            "review_days": 7,
        });
        let done = self.lab.post("owner", "/exceptions", proposal).await.ok();
        let exception = done["reference"].as_str().expect("a reference").to_owned();
        // After its first test nothing happens to it by itself, and no form is overtaken by one.
        let page = format!("/exceptions/{exception}");
        self.lab
            .until("its control was tested", async || {
                let case = self.lab.get("auditor", &page).await.ok();
                case.pointer("/controls/0/verdict").filter(|it| it.is_string()).map(|_| ())
            })
            .await;
        exception
    }

    /// Does a verb as one of the people, in these words.
    pub(crate) async fn verb(&self, who: &str, exception: &str, verb: &str, words: &str) -> Value {
        let body = match verb {
            "accept" | "sign" => json!({}),
            "confirm" | "resume" => json!({ "statement": words }),
            _ => json!({ "reason": words }),
        };
        self.lab.post(who, &format!("/exceptions/{exception}/{verb}"), body).await.ok()
    }

    /// An exception for a finding that is in force.
    pub(crate) async fn in_force(&self, finding: &str, words: &str) -> String {
        let exception = self.ask(finding, words).await;
        self.verb("owner", &exception, "accept", "").await;
        self.verb("control", &exception, "confirm", words).await;
        self.stands(&exception, "active").await;
        exception
    }

    /// Waits until an exception stands so.
    pub(crate) async fn stands(&self, exception: &str, status: &str) {
        let what = format!("{exception} is {status}");
        self.lab
            .until(&what, async || {
                let case = self.lab.get("auditor", &format!("/exceptions/{exception}")).await.ok();
                (case["status"] == status).then_some(())
            })
            .await;
    }

    /// Makes the process regulated from now on.
    pub(crate) async fn is_regulated(&self) {
        let process = json!({
            "key": "procure-to-pay", "name": "Procure to pay", "criticality": "high",
            "owner": self.lab.id("owner"), "regulated": true,
        });
        self.lab.post("security", "/processes", process).await.ok();
    }

    /// Takes both duties away from whom a finding is about, in the shop, and reads it again.
    pub(crate) async fn is_emptied_of(&self, finding: &str) {
        let shown = self.lab.finding(finding).await;
        let account = shown["detail"]["root_cause"]["id"].clone();
        self.sandbox.change(|file| {
            let edges = file["systems"]["shop"]["edges"].as_array_mut().expect("edges");
            edges.retain(|edge| edge["source"] != account);
        });
        self.lab.sync("shop").await;
        self.lab.until_status(finding, "gone").await;
    }
}
