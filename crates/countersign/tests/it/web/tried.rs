//! What would be and what was, as pages over HTTP and without scripts: what would clear a finding, what a
//! change would do, the graph of a past day, what came and went since, and answers as files.

use jiff::{SignedDuration, Timestamp};

use super::browser::{Browser, Seen};
use super::shop;

/// The link on a page that begins so.
fn link(seen: &Seen, begins: &str) -> String {
    let at = seen.text.split(&format!("href=\"{begins}")).nth(1).expect("such a link");
    let rest = at.split('"').next().expect("its end");
    format!("{begins}{rest}").replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_finding_to_what_would_clear_it_and_to_what_would_be_then() {
    let (lab, _sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let finding = auditor.get("/findings/FN-1").await;
    let clear = link(&finding, "/graph/clear?");
    let every = auditor.get(&link(&finding, "/graph/ways?")).await;
    for words in ["Every way of FN-1", "the one that the finding shows", "1 way; "] {
        assert!(every.text.contains(words), "{words}: {}", every.text);
    }
    let list = auditor.get("/findings").await;
    assert!(list.text.contains("name=\"finding\" value=\"FN-1\""), "{}", list.text);
    let waits = auditor.get(&clear).await;
    assert!(waits.text.contains("Being worked out.") && waits.status == 200, "{}", waits.text);
    assert!(waits.text.contains("takes 12 seconds at most"), "{}", waits.text);
    let answer = auditor.get(&link(&waits, "/graph/clear?finding=FN-1&#38;now")).await;
    for words in [
        "Any one of 4 changes clears it by itself.",
        "Take the account \u{201c}Clerk &#60;b&#62;One&#60;/b&#62;\u{201d} out of the role \u{201c}Payments\u{201d}",
        "Take the entitlement \u{201c}Create vendors\u{201d} away from the role \u{201c}Suppliers\u{201d}",
        "whoever administers shop; nobody is named as answering for it",
    ] {
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let what_if = link(&answer, "/graph/what-if?remove=");
    let answer = auditor.get(&format!("{what_if}&now=yes")).await;
    assert!(answer.text.contains("This would clear 1 toxic combination, and create none."));
    assert!(answer.text.contains("href=\"/findings/FN-1\""), "{}", answer.text);

    // Another way to the same: the old combination goes, and another one comes.
    let take = "remove=shop/account/clerk,member_of,shop/role/payments";
    let give = "what=add&from=clerk&to=approve+payments&do=put";
    let both = auditor.get(&format!("/graph/what-if?{take}&{give}&now=yes")).await;
    assert!(both.text.contains("These 2 changes") || both.text.contains("these 2 changes"));
    let words = "This would create 1 toxic combination and clear 1 toxic combination.";
    assert!(both.text.contains(words), "{}", both.text);
    assert_eq!(auditor.get("/graph/clear?finding=FN-9").await.status, 404);
    let none = auditor.get("/graph/clear").await;
    assert!(none.text.contains("No finding was chosen."), "{}", none.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_tried_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let (lab, _sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let take = "remove=shop%2Faccount%2Fclerk%2Cmember_of%2Cshop%2Frole%2Fpayments";
    let ask = |rest: &str| format!("/graph/what-if?{take}&{rest}&do=put");
    let several = auditor.get(&ask("what=add&from=nobody&to=payments")).await;
    for words in [
        "id=\"from-bad\">nothing is called nobody",
        "id=\"to-bad\">several are called payments",
        "value=\"nobody\"",
        "value=\"payments\"",
        "name=\"remove\" value=\"shop/account/clerk,member_of,shop/role/payments\"",
    ] {
        assert!(several.text.contains(words), "{words}: {}", several.text);
    }
    let chosen = link(
        &several,
        "/graph/what-if?remove=shop%2Faccount%2Fclerk%2Cmember_of%2Cshop%2Frole%2Fpayments&#38;what",
    );
    let chosen = auditor.get(&chosen).await;
    assert!(!chosen.text.contains("to-bad") && chosen.text.contains("from-bad"));
    let apart = auditor.get(&ask("what=remove&from=shop/ent/vendor&to=clerk")).await;
    assert!(apart.text.contains("no system says that these two are connected"), "{}", apart.text);
    let unusual = auditor.get(&ask("what=add&from=shop/ent/vendor&to=corner+shop")).await;
    assert!(unusual.text.contains("choose how"), "{}", unusual.text);
    let gone = auditor.get("/graph/what-if?remove=a,grants,b&add=x,likes,y").await;
    for words in ["it is not there now", "this names no connection", "This is left out"] {
        assert!(gone.text.contains(words), "{words}: {}", gone.text);
    }
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_past_day_is_shown_as_past_with_its_reads_and_two_days_are_compared() {
    let (lab, sandbox) = shop().await;
    let stats = lab.get("auditor", "/graph/stats").await.ok();
    let read = stats["rests_on"][0]["read_at"].as_str().expect("an instant");
    let read: Timestamp = read.parse().expect("an instant");
    let day = read.to_zoned_datetime(jiff::tz::TimeZone::system()).date();
    lab.turn(SignedDuration::from_hours(48)).await;
    sandbox.change(|file| {
        let edges = file["systems"]["shop"]["edges"].as_array_mut().expect("edges");
        edges.retain(|edge| edge["target"] != "shop/role/payments");
    });
    lab.sync("shop").await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let access = "/graph/access?id=shop/account/clerk";
    let now = auditor.get(access).await;
    assert!(now.text.contains("1 entitlement, with") && !now.text.contains("This is how it was"));
    let past = loop {
        let seen = auditor.get(&format!("{access}&at={day}")).await;
        if !seen.text.contains("It is being put together") {
            break seen;
        }
    };
    for words in ["2 entitlements, each", "This is how it was known at the end of", "shop, read "] {
        assert!(past.text.contains(words), "{words}: {}", past.text);
    }
    let further =
        format!("/graph/path?from=shop%2Faccount%2Fclerk&#38;to=shop%2Fent%2Fpayment&#38;at={day}");
    assert!(past.text.replace("&amp;", "&#38;").contains(&further), "links stay: {}", past.text);
    for (at, why) in [
        ("2999-01-01", "This day is not over yet"),
        ("2001-01-01", "Nothing had been read then: the first read began"),
        ("then", "This is no day"),
    ] {
        let seen = auditor.get(&format!("{access}&at={at}")).await;
        let bad = format!("id=\"at-bad\">{why}");
        assert!(seen.text.contains(&bad) && seen.text.contains("1 entitlement, with"), "{at}");
    }
    let file = auditor.get(&format!("/graph/csv/access?id=shop/account/clerk&at={day}")).await;
    assert_eq!((file.status, file.text.lines().count()), (200, 3), "{}", file.text);
    let kept = file.headers.get("content-disposition").and_then(|it| it.to_str().ok());
    assert_eq!(kept, Some("attachment; filename=\"access.csv\""));

    let difference = format!("/graph/difference?since={day}");
    let waits = auditor.get(&difference).await;
    assert!(waits.text.contains("Being worked out."), "{}", waits.text);
    let answer = auditor.get(&format!("{difference}&now=yes")).await;
    for words in [
        "No toxic combination came, and 1 toxic combination went.",
        "href=\"/findings/FN-1\"",
        "0 came, 1 went, 0 are described otherwise",
        "Memberships of groups and roles",
        "Clerk &#60;b&#62;One&#60;/b&#62; \u{2192} Payments",
    ] {
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let wrong = auditor.get("/graph/difference?since=2999-01-01&until=2001-01-01").await;
    assert!(wrong.text.contains("id=\"since-bad\">this day is not over yet"), "{}", wrong.text);
    lab.end().await;
}
