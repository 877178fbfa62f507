use serde_json::{Value, json};

use super::browser::{Browser, Seen};
use super::market::{MARKED, Market, SHOWN};

/// A form as it is sent: the page that shows it, where it goes, and what is typed.
type Form<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Loads a page, lets somebody else change the case, then sends the form; answers what came back.
async fn overtaken(
    market: &Market,
    browser: &mut Browser,
    (page, action, typed): Form<'_>,
    (who, path, body): (&str, &str, Value),
) -> Seen {
    let before = browser.get(page).await;
    assert_eq!(before.status, 200, "{}", before.text);
    market.lab.post(who, path, body).await.ok();
    let sent = browser.fill_of(&before, action, typed).await;
    assert_eq!(sent.status, 412, "{action}: {}", sent.text);
    assert!(sent.text.contains("This has happened since:"), "{action}: {}", sent.text);
    sent
}

/// What was typed stands in the form again.
fn is_in_form(seen: &Seen, action: &str) {
    let begin = format!("action=\"{action}\"");
    let form = seen.text.split(&begin).skip(1);
    let is_there = form.filter_map(|it| it.split("</form>").next()).any(|it| it.contains(SHOWN));
    assert!(is_there, "{action}: {}", seen.text);
}

/// What was typed is shown, as there is no form for it any more.
fn is_kept(seen: &Seen) {
    let kept = seen.text.split("What you typed").nth(1).expect("what was typed");
    assert!(kept.contains(SHOWN), "{}", seen.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_an_exception_that_was_overtaken_shows_what_changed_and_loses_nothing() {
    let market = Market::of(3).await;
    market.is_regulated().await;
    let mut owner = Browser::signed_in(&market.lab, "owner").await;
    let mut control = Browser::signed_in(&market.lab, "control").await;
    let mut security = Browser::signed_in(&market.lab, "security").await;
    let mut legal = Browser::signed_in(&market.lab, "legal").await;
    let said = |field| (field, MARKED);
    let api = |exception: &str, verb: &str| format!("/exceptions/{exception}/{verb}");

    // In review: each is overtaken by one of the others.
    let one = market.ask("FN-1", MARKED).await;
    let page = format!("/exceptions/{one}");
    let confirm = ("control", &*api(&one, "confirm"), json!({ "statement": MARKED }));
    let sent = overtaken(&market, &mut legal, (&page, &api(&one, "sign"), &[]), confirm).await;
    assert!(sent.text.contains("confirmed that the controls are in place"), "{}", sent.text);
    let signs = ("legal", &*api(&one, "sign"), json!({}));
    let sent =
        overtaken(&market, &mut owner, (&page, &api(&one, "withdraw"), &[said("reason")]), signs)
            .await;
    is_in_form(&sent, &api(&one, "withdraw"));
    let veto = ("security", &*api(&one, "veto"), json!({ "reason": MARKED }));
    let sent =
        overtaken(&market, &mut owner, (&page, &api(&one, "reject"), &[said("reason")]), veto)
            .await;
    is_in_form(&sent, &api(&one, "reject"));
    let guest = format!("{page}/decide");
    let accept = ("owner", &*api(&one, "accept"), json!({}));
    let answer = [("answer", "answer"), said("reason")];
    let sent = overtaken(&market, &mut owner, (&guest, &guest, &answer), accept).await;
    is_in_form(&sent, &guest);
    market.verb("owner", &one, "answer", MARKED).await;
    market.stands(&one, "active").await;

    // In force, and out of it: what is gone from the page is still shown.
    let suspends = || ("control", api(&one, "suspend"), json!({ "reason": "it is rebuilt now" }));
    let (who, path, body) = suspends();
    let suspend: Form<'_> = (&page, &api(&one, "suspend"), &[said("reason")]);
    let before = security.get(&page).await;
    let sent = overtaken(&market, &mut control, suspend, (who, &path, body)).await;
    is_kept(&sent);
    let late = security.fill_of(&before, &api(&one, "veto"), &[said("reason")]).await;
    assert_eq!(late.status, 412, "{}", late.text);
    let (who, path, body) = ("control", api(&one, "resume"), json!({ "statement": MARKED }));
    let revoke: Form<'_> = (&page, &api(&one, "revoke"), &[said("reason")]);
    let sent = overtaken(&market, &mut owner, revoke, (who, &path, body)).await;
    is_in_form(&sent, &api(&one, "revoke"));
    let (who, path, body) = suspends();
    market.lab.post(who, &path, body).await.ok();
    let takes_back = ("owner", &*api(&one, "revoke"), json!({ "reason": MARKED }));
    let resume: Form<'_> = (&page, &api(&one, "resume"), &[said("statement")]);
    let sent = overtaken(&market, &mut control, resume, takes_back).await;
    is_kept(&sent);

    // The page of the owner: accepting, and refusing in words for which there is no form any more.
    let two = market.ask("FN-2", MARKED).await;
    let guest = format!("/exceptions/{two}/decide");
    let confirm = ("control", &*api(&two, "confirm"), json!({ "statement": MARKED }));
    overtaken(&market, &mut owner, (&guest, &guest, &[("answer", "accept")]), confirm).await;
    let reject = [("answer", "reject"), said("reason")];
    let signs = ("legal", &*api(&two, "sign"), json!({}));
    let sent = overtaken(&market, &mut owner, (&guest, &guest, &reject), signs).await;
    is_in_form(&sent, &guest);
    let withdraws = ("owner", &*api(&two, "withdraw"), json!({ "reason": MARKED }));
    let sent = overtaken(&market, &mut owner, (&guest, &guest, &reject), withdraws).await;
    is_kept(&sent);
    assert!(sent.text.contains("took the proposal back"), "{}", sent.text);
    market.lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_a_finding_that_was_overtaken_shows_what_changed_and_loses_nothing() {
    let market = Market::of(2).await;
    let mut owner = Browser::signed_in(&market.lab, "owner").await;
    let mut control = Browser::signed_in(&market.lab, "control").await;
    let mut security = Browser::signed_in(&market.lab, "security").await;
    let page = "/findings/FN-1";
    let dispute = |who| (who, "/findings/FN-1/dispute", json!({ "reason": MARKED }));
    let settle = ("security", "/findings/FN-1/settle", json!({ "reason": MARKED }));

    // The form that asks for an exception: everything stands in it again.
    let form = "/findings/FN-1/except";
    let typed = [
        ("need", MARKED),
        ("not_removable", MARKED),
        ("would_change", MARKED),
        ("what-1", MARKED),
        ("owner", &*market.lab.id("owner")),
        ("requested_by-1", &*market.lab.id("operations")),
        ("until", "2027-01-09"),
        ("do", "propose"),
    ];
    let sent = overtaken(&market, &mut owner, (form, form, &typed), dispute("control")).await;
    assert_eq!(sent.text.matches(SHOWN).count(), 5, "four fields and the dispute: {}", sent.text);
    let chosen = format!("value=\"{}\" selected=\"selected\"", market.lab.id("operations"));
    assert!(sent.text.contains(&chosen) && sent.text.contains("value=\"2027-01-09\""));
    assert!(sent.text.contains("said that it is not toxic"), "{}", sent.text);

    let owner_id = market.lab.id("other-owner");
    let assign: Form<'_> = (page, "/findings/FN-1/assign", &[("owner", &owner_id)]);
    let sent = overtaken(&market, &mut control, assign, settle.clone()).await;
    assert!(sent.text.contains(&format!("value=\"{owner_id}\" selected=\"selected\"")));
    market.lab.post("control", "/findings/FN-1/dispute", json!({ "reason": MARKED })).await.ok();
    let answer = [("answer", "not-toxic"), ("until", "2027-02-01"), ("reason", MARKED)];
    let form: Form<'_> = (page, "/findings/FN-1/settle", &answer);
    let again = json!({ "owner": market.lab.id("owner") });
    let sent =
        overtaken(&market, &mut security, form, ("control", "/findings/FN-1/assign", again)).await;
    is_in_form(&sent, "/findings/FN-1/settle");
    assert!(sent.text.contains("value=\"2027-02-01\""), "{}", sent.text);
    let sent = overtaken(&market, &mut security, form, settle).await;
    is_kept(&sent);

    let seen = owner.get(page).await;
    let fix = seen.hidden("/findings/FN-1/choose", "fix");
    let choose: Form<'_> = (page, "/findings/FN-1/choose", &[("fix", &fix)]);
    let sent = overtaken(&market, &mut owner, choose, dispute("operations")).await;
    assert!(sent.text.contains(&format!("value=\"{fix}\" required=\"required\" checked")));
    owner.fill(page, "/findings/FN-1/choose", &[("fix", &fix)]).await;
    let order = "/findings/FN-1/order";
    let settle = ("security", "/findings/FN-1/settle", json!({ "reason": MARKED }));
    let sent = overtaken(&market, &mut control, (order, order, &[]), settle).await;
    assert!(sent.text.contains("toxic all the same"), "{}", sent.text);
    let said: Form<'_> = (page, "/findings/FN-1/dispute", &[("reason", MARKED)]);
    let sent = overtaken(&market, &mut control, said, dispute("operations")).await;
    is_kept(&sent);
    market.lab.end().await;
}
