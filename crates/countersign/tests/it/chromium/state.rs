//! Pages in the states in which they look different, brought about by the API: what has ended in each
//! way, what waits, what is held, what is empty, and every way to be told no.

use jiff::SignedDuration;
use serde_json::json;

use super::{Chromium, DESKTOP};
use crate::web::alone;
use crate::web::market::{MARKED, Market};

/// Some exceptions, one in each state.
struct States {
    expired: String,
    suspended: String,
    revoked: String,
    withdrawn: String,
    rejected: String,
    moot: String,
    vetoed: String,
    regulated: String,
}

async fn states(market: &Market) -> States {
    let expired = market.in_force("FN-1", MARKED).await;
    market.lab.turn(SignedDuration::from_hours(24 * 6)).await;
    market.lab.sync("shop").await;
    market.stands(&expired, "expired").await;
    let suspended = market.in_force("FN-5", MARKED).await;
    market.verb("control", &suspended, "suspend", MARKED).await;
    let revoked = market.in_force("FN-2", MARKED).await;
    market.verb("owner", &revoked, "revoke", MARKED).await;
    let withdrawn = market.ask("FN-6", MARKED).await;
    market.verb("owner", &withdrawn, "withdraw", MARKED).await;
    let rejected = market.ask("FN-6", MARKED).await;
    market.verb("owner", &rejected, "reject", MARKED).await;
    let moot = market.in_force("FN-3", MARKED).await;
    market.is_emptied_of("FN-3").await;
    market.stands(&moot, "moot").await;
    let vetoed = market.ask("FN-6", MARKED).await;
    market.verb("security", &vetoed, "veto", MARKED).await;
    market.is_regulated().await;
    let regulated = market.ask("FN-4", MARKED).await;
    States { expired, suspended, revoked, withdrawn, rejected, moot, vetoed, regulated }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_on_an_exception_in_any_state() {
    let market = Market::of(6).await;
    let Some(browser) = Chromium::start(&market.lab, DESKTOP).await else {
        return market.lab.end().await;
    };
    let it = states(&market).await;
    browser.sign_in(&market.lab, "owner").await;
    for (reference, says) in [
        (&it.expired, "Ended on its date"),
        (&it.suspended, "Suspended, not in force"),
        (&it.revoked, "Taken back by its owner"),
        (&it.withdrawn, "Proposal taken back"),
        (&it.rejected, "Not accepted"),
        (&it.moot, "Ended: nothing left to except"),
        (&it.vetoed, "Vetoed, waits for the owner's answer"),
        (&it.regulated, "Legal"),
    ] {
        browser.open(&format!("/exceptions/{reference}")).await;
        browser.until_text("main", says).await;
        browser.is_sound(says, DESKTOP).await;
    }
    for (path, says) in [
        (format!("/exceptions/{}/decide", it.vetoed), "Security objects"),
        (format!("/exceptions/{}/decide", it.moot), "nothing to decide here any more"),
        ("/findings/FN-3".to_owned(), "Gone by itself"),
        ("/exceptions?status=vetoed".to_owned(), "No exception is like this"),
        ("/".to_owned(), "Answer the veto"),
    ] {
        browser.open(&path).await;
        browser.until_text("main", says).await;
        browser.is_sound(&path, DESKTOP).await;
    }
    // Sent without anything in it, the form says at each field what must be mended.
    browser.open("/findings/FN-4/except").await;
    browser.run("document.querySelector('form.ask').noValidate = true;").await;
    browser.click("Ask for the exception").await;
    browser.until_text("main", "fields must be mended").await;
    browser.is_sound("a form to be mended", DESKTOP).await;
    browser.end().await;
    market.lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axe_finds_nothing_where_a_read_is_held_or_nothing_is_there_or_somebody_is_told_no() {
    let market = Market::of(9).await;
    let Some(browser) = Chromium::start(&market.lab, DESKTOP).await else {
        return market.lab.end().await;
    };
    market.sandbox.change(|file| {
        file["systems"]["shop"]["nodes"].as_array_mut().expect("nodes").truncate(6);
        file["systems"]["shop"]["edges"] = json!([]);
    });
    market.lab.sync("shop").await;
    browser.sign_in(&market.lab, "control").await;
    browser.open("/systems/shop").await;
    browser.until_text("main", "A read is held").await;
    browser.until_text("main", "member of\nconnection").await;
    browser.until_text("main", "would end as gone by themselves").await;
    browser.is_sound("a held read", DESKTOP).await;
    browser.picture("system-held-1440").await;

    browser.open("/exceptions/EX-99").await;
    browser.until_text("h1", "This is not here").await;
    browser.is_sound("not found", DESKTOP).await;
    browser.open("/findings/FN-1").await;
    browser.run("document.querySelector('main form input[name=token]').value = 'forged';").await;
    browser.run("document.querySelector('main form').noValidate = true;").await;
    browser.run("document.querySelector('main form').submit();").await;
    browser.until_text("h1", "This was not done").await;
    browser.is_sound("forbidden", DESKTOP).await;
    market.lab.end().await;

    let lab = alone().await;
    let browser = browser.at(&lab);
    for (times, says) in [(1, "do not fit"), (11, "too many tries")] {
        for _ in 0..times {
            browser.open("/sign-in").await;
            browser.type_into("#name", "somebody").await;
            browser.type_into("#password", "something").await;
            browser.click("Sign in").await;
            // Going on before the answer would call the try off.
            browser.until_text("main", "You are not signed in").await;
        }
        browser.until_text("main", says).await;
        browser.is_sound(says, DESKTOP).await;
    }
    browser.sign_in(&lab, "operations").await;
    for (path, says) in [
        ("/", "Nothing waits for you"),
        ("/findings", "There is no finding"),
        ("/exceptions", "There is no exception"),
        ("/systems", "Nothing is connected"),
    ] {
        browser.open(path).await;
        browser.until_text("main", says).await;
        browser.is_sound(path, DESKTOP).await;
    }
    browser.end().await;
    lab.end().await;
}
