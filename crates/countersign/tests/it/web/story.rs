use super::browser::Browser;
use super::{shop, until_gaps};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_main_story_can_be_lived_through_by_forms_alone() {
    let (lab, _sandbox) = shop().await;
    until_gaps(&lab, 5).await;
    let mut security = Browser::signed_in(&lab, "security").await;
    let work = security.get("/").await;
    assert!(
        work.text.contains("2 things wait for you")
            && work.text.contains("FN-1")
            && work.text.contains("5 gaps in who answers for what"),
        "{}",
        work.text
    );
    let owner_id = lab.id("owner");
    let page = "/findings/FN-1";
    let sent = security.fill(page, "/findings/FN-1/assign", &[("owner", &owner_id)]).await;
    assert_eq!((sent.status, sent.leads_to()), (303, page), "{}", sent.text);
    let seen = security.get(page).await;
    assert!(seen.text.contains("You put Olga Owner behind it"), "{}", seen.text);
    let mut owner = Browser::signed_in(&lab, "owner").await;
    assert!(owner.get("/").await.text.contains("Choose the fix"));
    let seen = owner.get(page).await;
    let fix = seen.hidden("/findings/FN-1/choose", "fix");
    let sent = owner.fill_of(&seen, "/findings/FN-1/choose", &[("fix", &fix)]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let seen = owner.get("/findings/FN-1/order").await;
    assert!(seen.text.contains("needs a signature from the control seat"), "{}", seen.text);
    assert!(!seen.text.contains("action=\"/findings/FN-1/order\""), "no button that is dead");
    let mut control = Browser::signed_in(&lab, "control").await;
    assert!(control.get("/").await.text.contains(">Order<"));
    let order = "/findings/FN-1/order";
    let sent = control.fill(order, order, &[]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    lab.until("the finding has ended", async || {
        let case = lab.get("auditor", page).await.ok();
        (case["status"] == "fixed").then_some(())
    })
    .await;
    let seen = control.get(page).await;
    assert!(seen.text.contains("Fixed and read back"), "{}", seen.text);
    assert!(seen.text.contains("is gone") && seen.text.contains("sha-256"), "{}", seen.text);
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_somebody_else_overtook_shows_what_changed_and_loses_nothing() {
    let (lab, _sandbox) = shop().await;
    let mut control = Browser::signed_in(&lab, "control").await;
    let mut security = Browser::signed_in(&lab, "security").await;
    let page = "/findings/FN-1";
    let before = control.get(page).await;
    let owner_id = lab.id("owner");
    security.fill(page, "/findings/FN-1/assign", &[("owner", &owner_id)]).await;
    let words = "two people look at each payment <script>x()</script> & \"more\"";
    let dispute = "/findings/FN-1/dispute";
    let sent = control.fill_of(&before, dispute, &[("reason", words)]).await;
    assert_eq!(sent.status, 412, "{}", sent.text);
    assert!(sent.text.contains("Somebody else changed this while you were looking"));
    assert!(sent.text.contains("<b>Sem Security</b> put Olga Owner behind it"), "{}", sent.text);
    let kept = "two people look at each payment &#60;script&#62;x()&#60;/script&#62; &#38; &#34;more&#34;</textarea>";
    assert!(sent.text.contains(kept), "{}", sent.text);
    assert!(!sent.text.contains("<script>x()"));
    let again = control.fill_of(&sent, dispute, &[("reason", words)]).await;
    assert_eq!(again.status, 303, "{}", again.text);
    assert!(control.get(page).await.text.contains("&#60;script&#62;x()"));
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_is_told_in_its_parts_with_what_was_typed_and_the_ledger_keeps_it() {
    let (lab, _sandbox) = shop().await;
    let mut auditor = Browser::signed_in(&lab, "auditor").await;
    let mut control = Browser::signed_in(&lab, "control").await;
    let page = auditor.get("/findings/FN-1").await;
    assert!(page.text.contains("Policy does not let you do this"), "{}", page.text);
    assert!(page.text.contains("Who could"), "{}", page.text);
    let token = page.hidden("/sign-out", "token");
    let fields = [("token", token.as_str()), ("seen", "1"), ("reason", "it is harmless here")];
    let sent = auditor.post("/findings/FN-1/dispute", &fields).await;
    assert_eq!(sent.status, 403, "{}", sent.text);
    for part in ["<dt>What</dt>", "<dt>Why</dt>", "<dt>Who could</dt>", "<dt>What next</dt>"] {
        assert!(sent.text.contains(part), "{part}");
    }
    assert!(sent.text.contains("wanted to dispute and was told no"), "{}", sent.text);
    let short = control.fill("/findings/FN-1", "/findings/FN-1/dispute", &[("reason", "no")]).await;
    assert_eq!(short.status, 422, "{}", short.text);
    assert!(short.text.contains(">no</textarea>") && short.text.contains("bad-field"));
    lab.end().await;
}
