//! What the ledger holds: opaque ids and digests. After a whole story no leaf holds the name of a
//! person, the name or id of a node, or a word that somebody wrote.

use countersign_store::read::leaf;
use serde_json::{Value, json};

use super::call::Call;
use super::{appointed, assign, both, choice, chosen, reading};
use crate::lab::{Keep, Lab};

both!(no_leaf_holds_a_name_or_a_word_that_somebody_wrote);

const REASON: &str = "Frieda Freitext says that this clerk left the company";

async fn no_leaf_holds_a_name_or_a_word_that_somebody_wrote(keep: Keep) {
    let Some((lab, sandbox)) = reading(keep, 4).await else { return };
    told_whole(&lab).await;
    // Something is put back, so that a case comes again.
    sandbox.by_hand(
        "add",
        &["--system", "shop", "--edge", "shop/account/clerk-1,member_of,shop/role/payments"],
    );
    lab.sync("shop").await;
    lab.ledger_is_whole().await;
    let leaves = leaves(&lab).await;
    let events: std::collections::BTreeSet<&str> =
        leaves.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["opened", "assigned", "remedy_chosen", "ordered", "fulfilled", "ended", "disputed"]
    {
        assert!(events.contains(format!("finding.{name}.1").as_str()), "{name}: {events:?}");
    }
    let words = words(&sandbox.json());
    assert!(words.len() > 30, "{words:?}");
    for (name, bytes) in &leaves {
        let leaked: Vec<_> = words.iter().filter(|word| bytes.contains(word.as_str())).collect();
        assert!(leaked.is_empty(), "{name} holds {leaked:?}: {bytes}");
    }
    lab.end().await;
}

/// People come, decide, refuse, object and go; access is taken away.
async fn told_whole(lab: &Lab) {
    let holder = json!({
        "name": "Hana Holder", "seats": ["business"], "identities": ["shop/account/clerk-4"],
    });
    let (id, token) = appointed(lab, &holder).await;
    let process = json!({
        "key": "shop-floor", "name": "Floor of Hana Holder", "criticality": "low", "owner": id,
    });
    lab.post("legal", "/processes", process).await.ok();
    for reference in ["FN-1", "FN-2"] {
        chosen(lab, reference).await;
        lab.post("control", &format!("/findings/{reference}/order"), json!({})).await.ok();
        lab.until_status(reference, "fixed").await;
    }
    assign(lab, "FN-3", "owner").await;
    let mut other = choice(lab, "FN-3").await;
    other["system"] = json!("Frieda Freitext");
    let told = lab.post("owner", "/findings/FN-3/choose", other).await;
    assert_eq!(told.refused(422, "request.malformed")["field"], "system");
    let mut other = choice(lab, "FN-3").await;
    other["change"] = choice(lab, "FN-4").await["change"].clone();
    lab.post("owner", "/findings/FN-3/choose", other).await.refused(409, "remedy.none");
    lab.post("operations", "/findings/FN-3/dispute", json!({ "reason": REASON })).await.ok();
    lab.post("security", "/findings/FN-3/settle", json!({ "reason": REASON })).await.ok();
    lab.post("legal", "/findings/FN-4/dispute", json!({ "reason": REASON })).await.ok();
    let end = json!({ "reason": REASON, "not_toxic_until": "2027-06-01T00:00:00Z" });
    lab.post("security", "/findings/FN-4/settle", end).await.ok();
    let path = "/api/v1/findings/FN-4/order";
    Call::post(path, "{}").by(&token).to(lab).await.problem(403, "duty.wrong-seat");
    lab.post("security", &format!("/people/{id}/deactivate"), json!({})).await.ok();
}

/// Name and exact bytes of every leaf.
async fn leaves(lab: &Lab) -> Vec<(String, String)> {
    let (mut leaves, mut cursor) = (Vec::new(), None);
    loop {
        let page = leaf::list(&lab.door().store, cursor.as_deref(), 200).await.expect("leaves");
        for leaf in page.items {
            leaves.push((leaf.name, String::from_utf8(leaf.bytes).expect("JSON")));
        }
        cursor = page.next;
        if cursor.is_none() {
            return leaves;
        }
    }
}

/// Everything that names or describes somebody or something in the story.
fn words(organisation: &Value) -> Vec<String> {
    let mut words: Vec<String> = [
        "Olga",
        "Owner",
        "Otto",
        "Carla",
        "Carlo",
        "Sem ",
        "Sina",
        "Lea ",
        "Omar",
        "Ada ",
        "Hana",
        "Holder",
        "Frieda",
        "Freitext",
        "left the company",
        "Procure to pay",
        "Floor of",
    ]
    .map(str::to_owned)
    .into();
    let nodes = organisation["systems"]["shop"]["nodes"].as_array().cloned().unwrap_or_default();
    // The name of a system is how it is known in the ledger too.
    for node in nodes.iter().filter(|node| node["kind"] != "system") {
        for field in ["id", "name"] {
            words.push(node[field].as_str().expect("text").to_owned());
        }
    }
    words
}
