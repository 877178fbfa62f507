use super::browser::{Browser, Seen};
use super::market::{MARKED, Market, SHOWN};

/// Sends the form of a verb from the page of an exception, as somebody who is offered it.
async fn by_form(browser: &mut Browser, exception: &str, verb: &str) {
    let (page, action) = addresses(exception, verb);
    let field = if matches!(verb, "confirm" | "resume") { "statement" } else { "reason" };
    let typed: &[(&str, &str)] =
        if matches!(verb, "accept" | "sign") { &[] } else { &[(field, MARKED)] };
    let sent = browser.fill(&page, &action, typed).await;
    assert_eq!((sent.status, sent.leads_to()), (303, page.as_str()), "{verb}: {}", sent.text);
}

/// Sends the same though the page offers no such form; answers the page with the no.
async fn by_force(browser: &mut Browser, exception: &str, verb: &str) -> Seen {
    let (page, action) = addresses(exception, verb);
    let seen = browser.get(&page).await;
    assert!(!seen.text.contains(&format!("action=\"{action}\"")), "{verb} is not offered");
    let token = seen.hidden("/sign-out", "token");
    let shown = seen.text.split("&#38;seen=").nth(1).or(seen.text.split("&amp;seen=").nth(1));
    let sequence = shown.and_then(|it| it.split('.').next()).unwrap_or("99").to_owned();
    let typed = [("reason", MARKED), ("statement", MARKED)];
    let fields = [("token", token.as_str()), ("seen", sequence.as_str())];
    let fields: Vec<(&str, &str)> = fields.into_iter().chain(typed).collect();
    browser.post(&action, &fields).await
}

fn addresses(exception: &str, verb: &str) -> (String, String) {
    let page = format!("/exceptions/{exception}");
    let action = format!("{page}/{verb}");
    (page, action)
}

/// The no is on the page, in its parts, with what was typed.
fn is_told(seen: &Seen, verb: &str, why: &str) {
    assert_eq!(seen.status, 403, "{verb}: {}", seen.text);
    for part in ["<dt>What</dt>", "<dt>Why</dt>", "<dt>Who could</dt>", "<dt>What next</dt>", why] {
        assert!(seen.text.contains(part), "{verb}: {part}: {}", seen.text);
    }
    assert!(seen.text.contains("was told no"), "{verb}: the ledger keeps it");
    if verb != "sign" {
        assert!(seen.text.contains("What you typed"), "{verb}: {}", seen.text);
        assert!(seen.text.contains(SHOWN), "{verb}: {}", seen.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_verb_is_done_by_its_form_and_refused_with_its_reason_to_the_wrong_person() {
    let market = Market::of(3).await;
    let mut owner = Browser::signed_in(&market.lab, "owner").await;
    let mut other = Browser::signed_in(&market.lab, "other-owner").await;
    let mut control = Browser::signed_in(&market.lab, "control").await;
    let mut security = Browser::signed_in(&market.lab, "security").await;
    let (seat, theirs, policy) = (
        "needs a signature from the",
        "Only the owner of this case may",
        "Policy does not let you",
    );

    let first = market.in_force("FN-1", MARKED).await;
    is_told(
        &by_force(&mut Browser::signed_in(&market.lab, "auditor").await, &first, "suspend").await,
        "suspend",
        policy,
    );
    by_form(&mut control, &first, "suspend").await;
    market.stands(&first, "suspended").await;
    is_told(&by_force(&mut owner, &first, "resume").await, "resume", seat);
    by_form(&mut control, &first, "resume").await;
    market.stands(&first, "active").await;
    is_told(&by_force(&mut other, &first, "revoke").await, "revoke", theirs);
    by_form(&mut owner, &first, "revoke").await;
    let seen = owner.get(&format!("/exceptions/{first}")).await;
    assert!(seen.text.contains("Taken back by its owner") && seen.text.contains(SHOWN));

    let second = market.ask("FN-2", MARKED).await;
    is_told(&by_force(&mut security, &second, "withdraw").await, "withdraw", theirs);
    is_told(&by_force(&mut other, &second, "withdraw").await, "withdraw", theirs);
    by_form(&mut owner, &second, "withdraw").await;
    let seen = control.get(&format!("/exceptions/{second}")).await;
    assert!(seen.text.contains("Proposal taken back") && !seen.text.contains("id=\"do\""));

    let third = market.ask("FN-2", MARKED).await;
    by_form(&mut security, &third, "veto").await;
    is_told(&by_force(&mut control, &third, "answer").await, "answer", seat);
    is_told(&by_force(&mut other, &third, "answer").await, "answer", theirs);
    by_form(&mut owner, &third, "answer").await;
    let seen = security.get(&format!("/exceptions/{third}")).await;
    assert!(seen.text.contains("Vetoed, and answered") && seen.text.contains(SHOWN));
    market.lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn legal_signs_by_its_form_and_what_is_gone_makes_an_exception_moot() {
    let market = Market::of(2).await;
    market.is_regulated().await;
    let mut legal = Browser::signed_in(&market.lab, "legal").await;
    let mut owner = Browser::signed_in(&market.lab, "owner").await;
    let exception = market.ask("FN-1", MARKED).await;
    assert!(legal.get("/").await.text.contains("<b>Sign for legal</b>"));
    let told = by_force(&mut owner, &exception, "sign").await;
    is_told(&told, "sign", "needs a signature from the legal seat");
    by_form(&mut legal, &exception, "sign").await;
    let page = format!("/exceptions/{exception}");
    let seen = legal.get(&page).await;
    assert!(seen.text.contains("You</b> signed for legal"), "{}", seen.text);
    market.verb("owner", &exception, "accept", "").await;
    market.verb("control", &exception, "confirm", MARKED).await;
    market.stands(&exception, "active").await;

    market.is_emptied_of("FN-1").await;
    market.stands(&exception, "moot").await;
    let seen = owner.get(&page).await;
    assert!(seen.text.contains("Ended: nothing left to except"), "{}", seen.text);
    assert!(seen.text.contains("ended it: there is nothing left to except"), "{}", seen.text);
    let guest = owner.get(&format!("{page}/decide")).await;
    assert!(guest.text.contains("nothing to decide here any more"), "{}", guest.text);
    market.lab.end().await;
}
