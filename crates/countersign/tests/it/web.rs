//! The pages as a browser meets them, without the browser: cookies, forms and redirects over HTTP. Who
//! is let in and for how long, which forms are taken, and the main story by forms alone.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod accountability;
mod again;
pub(crate) mod browser;
mod device;
mod exception;
mod forged;
mod front;
mod graph;
pub(crate) mod market;
mod policy;
pub(crate) mod provider;
pub(crate) mod review;
mod session;
mod sign_in;
mod stale;
mod story;
mod text;
mod tried;
mod verb;

use crate::lab::sandbox::Sandbox;
use crate::lab::{Keep, Lab, Place, business};

const NODES: &str = "\
id,kind,name,system,tags
shop,system,Corner shop,shop,
shop/role/suppliers,role,Suppliers,shop,
shop/role/payments,role,Payments,shop,
shop/ent/vendor,entitlement,Create vendors,shop,duty=create_vendor
shop/ent/payment,entitlement,Approve payments,shop,duty=approve_payment
shop/account/clerk,account,Clerk <b>One</b>,shop,
";

const EDGES: &str = "\
source,kind,target
shop/role/suppliers,grants,shop/ent/vendor
shop/role/payments,grants,shop/ent/payment
shop/account/clerk,member_of,shop/role/suppliers
shop/account/clerk,member_of,shop/role/payments
";

/// A server that knows no system.
pub(crate) async fn alone() -> Lab {
    alone_on(Keep::Sqlite).await.expect("a place")
}

/// The same on one of the databases; none where there is no such server.
async fn alone_on(keep: Keep) -> Option<Lab> {
    let place = Place::new(keep).await?;
    Some(Lab::start(place, "", business()).await)
}

/// The same with this configuration.
async fn alone_with(config: &str) -> Lab {
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    Lab::start(place, config, business()).await
}

/// Waits until the check of who answers for what has found so many gaps.
async fn until_gaps(lab: &Lab, count: usize) {
    lab.until("the check has looked", async || {
        let gaps = lab.get("auditor", "/accountability/gaps").await.ok();
        let items = gaps.get("items").and_then(|items| items.as_array());
        (items.map(Vec::len) == Some(count)).then_some(())
    })
    .await;
}

/// A server with a shop in which one clerk may create a vendor and approve a payment: FN-1.
pub(crate) async fn shop() -> (Lab, Sandbox) {
    let sandbox = Sandbox::of_csv(NODES, EDGES);
    let place = Place::new(Keep::Sqlite).await.expect("a place");
    let lab = Lab::start(place, &sandbox.system("shop", &[], ""), business()).await;
    lab.sync("shop").await;
    (lab, sandbox)
}
