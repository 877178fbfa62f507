//! Requests that cannot be read: each is answered with a problem, with a code that programs can rely
//! on and with words in which nothing of the inside stands. Nothing is changed by any.

use reqwest::Method;

use super::call::Call;
use super::{Scope, alone, both, issued};
use crate::lab::{Keep, Lab};

both!(
    requests_that_cannot_be_read_are_problems_like_any_other,
    a_refused_request_names_the_field_that_is_meant,
    no_text_with_a_nul_reaches_the_database,
);

const PEOPLE: &str = "/api/v1/people";
const NOBODY: &str = "/people/018f0000-0000-7000-8000-000000000000";
const SEATS: &str = r#"{"name":"Nora New","seats":["business"]}"#;

async fn requests_that_cannot_be_read_are_problems_like_any_other(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let token = issued(&lab, "security", Scope::Act).await;
    let before = lab.get("auditor", "/people?limit=200").await.ok();
    addresses_and_methods(&lab, &token).await;
    bodies(&lab, &token).await;
    parts_of_addresses(&lab, &token).await;
    headers(&lab, &token).await;
    assert_eq!(lab.get("auditor", "/people?limit=200").await.ok(), before);
    lab.end().await;
}

async fn addresses_and_methods(lab: &Lab, token: &str) {
    for path in
        ["/api", "/api/v1/nothing", "/api/v1/people/", "/api/v1/people//x", "/api/v2/people"]
    {
        Call::get(path).by(token).to(lab).await.problem(404, "request.address");
    }
    for method in [&b"DELETE"[..], b"OPTIONS", b"PUT", b"PATCH", b"BREW"] {
        let method = Method::from_bytes(method).expect("a method");
        let said = Call::new(method, PEOPLE).with("origin", b"https://example.org").to(lab).await;
        said.problem(405, "request.method");
        assert_eq!(said.header("allow"), "GET,HEAD,POST");
        let shared = said.headers.keys().find(|it| it.as_str().starts_with("access-control"));
        assert_eq!(shared, None, "no page of another origin may ask");
    }
}

async fn bodies(lab: &Lab, token: &str) {
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(1 << 20));
    let behind = format!("{SEATS} x");
    let deep = "[".repeat(100_000);
    let no_json = ["", "{\"name\":", "{", "\u{feff}{}", "NaN", "{'name':1}", &behind, &deep];
    for body in no_json {
        Call::post(PEOPLE, body).by(token).to(lab).await.problem(400, "request.json");
    }
    let forms = [
        r#"["Nora New",["business"]]"#,
        "null",
        "7",
        "{}",
        r#"{"name":"N","seats":["business"],"x":1}"#,
        r#"{"name":"N","name":"M","seats":["business"]}"#,
    ];
    for body in forms {
        let said = Call::post(PEOPLE, body).by(token).to(lab).await;
        said.problem(422, "request.malformed");
    }
    let said = Call::post(PEOPLE, &large).by(token).to(lab).await;
    said.problem(413, "request.too-large");
    let mut call = Call::post(PEOPLE, "").by(token);
    call.body = Some(b"{\"name\":\"N\xff\"}".to_vec());
    call.to(lab).await.problem(400, "request.json");
    for kind in [&b"text/plain"[..], b"application/jsonx", b"application/json-seq", b"", b"\xff"] {
        let mut call = Call::new(Method::POST, PEOPLE).by(token).with("content-type", kind);
        call.body = Some(SEATS.as_bytes().to_vec());
        call.to(lab).await.problem(415, "request.media-type");
    }
}

async fn parts_of_addresses(lab: &Lab, token: &str) {
    let malformed = [
        "/people/x",
        "/people/%FF",
        "/ledger/entries/first/proof",
        "/ledger/entries/9223372036854775808/proof",
        "/systems/%FF",
        "/people?limit=abc",
        "/people?limit=",
        "/people?limit=1&limit=2",
        "/people?limit=9223372036854775808",
        "/people?limt=1",
        "/findings?statuss=open",
        "/findings?status=new",
        "/findings?owner=me",
        "/people?cursor=%20",
        "/people?cursor=",
        // `finding:5` and `leaf:x`, as cursors of ours would be written.
        "/people?cursor=ZmluZGluZzo1",
        "/ledger/entries?cursor=bGVhZjp4",
    ];
    for path in malformed.map(|path| format!("/api/v1{path}")) {
        Call::get(&path).by(token).to(lab).await.problem(422, "request.malformed");
    }
    let unknown = [
        NOBODY,
        "/findings/FN-x",
        "/findings/FN-1",
        "/findings/FN--1",
        "/findings/FN-99999999999999999999",
        "/findings/%27%20or%201=1%20--",
        "/findings/FN-1/history",
        "/findings/FN-1/remedies",
        "/findings/FN-1/preview",
        "/systems/erp",
        "/ledger/entries/-1/proof",
    ];
    for path in unknown.map(|path| format!("/api/v1{path}")) {
        Call::get(&path).by(token).to(lab).await.problem(404, "case.unknown");
    }
}

async fn headers(lab: &Lab, token: &str) {
    let path = format!("/api/v1{NOBODY}/deactivate");
    for tag in [&b"7"[..], b"", b"\"x\"", b"\"\xff\"", b"\"1\", \"2\""] {
        let said = Call::post(&path, "{}").with("if-match", tag).by(token).to(lab).await;
        assert_eq!(said.problem(422, "request.malformed")["field"], "If-Match");
    }
    let long = "k".repeat(129);
    for key in [long.as_bytes(), b"", b"\xff\xfe", b"a\tb"] {
        let said = Call::post(PEOPLE, SEATS).with("idempotency-key", key).by(token).to(lab).await;
        assert_eq!(said.problem(422, "request.malformed")["field"], "Idempotency-Key");
    }
}

async fn a_refused_request_names_the_field_that_is_meant(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let token = issued(&lab, "security", Scope::Act).await;
    let who = lab.id("owner");
    let until =
        r#"{"name":"N","seats":["business"],"stands_in":[{"person":"WHO","until":"soon"}]}"#;
    let bodies = [
        (r#"{"name":7,"seats":[]}"#.to_owned(), "name"),
        (r#"{"name":"N","seats":["king"]}"#.to_owned(), "seats[0]"),
        (r#"{"name":"N","seats":"business"}"#.to_owned(), "seats"),
        (r#"{"name":"N","seats":["business"],"identities":[""]}"#.to_owned(), "identities[0]"),
        (until.replace("WHO", &who), "stands_in[0].until"),
        (until.replace("WHO", "x"), "stands_in[0].person"),
        (format!(r#"{{"name":"{}","seats":["business"]}}"#, "n".repeat(401)), "name"),
        (r#"{"name":"   ","seats":["business"]}"#.to_owned(), "name"),
    ];
    for (body, field) in bodies {
        let said = Call::post(PEOPLE, &body).by(&token).to(&lab).await;
        let problem = said.problem(422, "request.malformed");
        assert_eq!(problem["field"], field, "{body}: {problem:#}");
    }
    let empty = Call::post(PEOPLE, r#"{"name":"N","seats":[]}"#).by(&token).to(&lab).await;
    empty.problem(422, "case.empty");
    let key =
        |key: &str| format!(r#"{{"key":"{key}","name":"P","criticality":"low","owner":"{who}"}}"#);
    for bad in ["", " x", "Payroll", "the payroll of Ms Müller", "x/y", &"k".repeat(81)] {
        let said = Call::post("/api/v1/processes", &key(bad)).by(&token).to(&lab).await;
        assert_eq!(said.problem(422, "request.malformed")["field"], "key", "{bad}");
    }
    let queries = [
        ("/api/v1/people?limit=0", "limit"),
        ("/api/v1/people?limit=201", "limit"),
        ("/api/v1/runs?limit=-1", "limit"),
        ("/api/v1/findings?severity=bad", "severity"),
        ("/api/v1/people/x", "id"),
    ];
    for (path, field) in queries {
        let problem = Call::get(path).by(&token).to(&lab).await.problem(422, "request.malformed");
        assert_eq!(problem["field"], field, "{path}: {problem:#}");
    }
    lab.end().await;
}

async fn no_text_with_a_nul_reaches_the_database(keep: Keep) {
    let Some(lab) = alone(keep).await else { return };
    let token = issued(&lab, "security", Scope::Act).await;
    let paths = [
        "/api/v1/findings/%00",
        "/api/v1/systems/a%00b",
        "/api/v1/findings?system=%00",
        "/api/v1/runs?system=x%00",
        // `person:` and a NUL, as a cursor of ours would be written.
        "/api/v1/people?cursor=cGVyc29uOgA",
        "/api/v1/systems?cursor=c3lzdGVtOgA",
        "/api/v1/processes?cursor=cHJvY2VzczoA",
        "/api/v1/runs?cursor=cnVuOgA",
    ];
    for path in paths {
        Call::get(path).by(&token).to(&lab).await.problem(422, "request.malformed");
    }
    let body = r#"{"name":"N\u0000","seats":["business"]}"#;
    Call::post(PEOPLE, body).by(&token).to(&lab).await.problem(422, "request.malformed");
    let body = r#"{"name":"a\\u0000 written out","seats":["business"]}"#;
    assert_eq!(Call::post(PEOPLE, body).by(&token).to(&lab).await.status, 200);
    lab.end().await;
}
