use countersign_server::clock::Chance;
use countersign_server::start::{NotStarted, start};
use reqwest::Method;

use super::browser::{Browser, PASSWORD};
use super::{alone, alone_with};

const PUBLIC: &str = "https://cs.example";
const HOST: &str = "cs.example";
const FRONT: &str =
    "public_origin = 'https://cs.example'\ntrusted_proxies = ['127.0.0.1', '10.0.0.0/8']";
const RIGHT: [(&str, &str); 2] = [("name", "control"), ("password", PASSWORD)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_public_origin_a_session_stays_on_encrypted_ways() {
    let lab = alone_with(FRONT).await;
    Browser::password(&lab, "control").await;
    let mut browser = Browser::new(&lab).with("host", HOST).with("origin", PUBLIC);
    let seen = browser.post("/sign-in", &RIGHT).await;
    assert_eq!((seen.status, seen.leads_to()), (303, "/"), "{}", seen.text);
    let set = seen.headers["set-cookie"].to_str().unwrap_or_default();
    let (pair, attributes) = set.split_once("; ").expect("attributes");
    assert!(pair.starts_with("__Host-countersign="), "{set}");
    assert_eq!(attributes, "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure");
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    for path in ["/", "/sign-in", "/api/v1/people", "/nothing-here"] {
        let seen = browser.get(path).await;
        assert_eq!(seen.headers["strict-transport-security"], "max-age=31536000", "{path}");
    }
    let token = page.hidden("/sign-out", "token");
    let out = browser.post("/sign-out", &[("token", &token)]).await;
    let gone = out.headers["set-cookie"].to_str().unwrap_or_default();
    assert!(gone.starts_with("__Host-countersign=; Path=/; Max-Age=0"), "{gone}");
    lab.end().await;
    let lab = alone().await;
    let seen = Browser::new(&lab).get("/sign-in").await;
    assert!(!seen.headers.contains_key("strict-transport-security"), "there is no such origin");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_for_another_name_or_on_a_plain_way_gets_no_page_and_no_link_works_from_afar() {
    let lab = alone_with(FRONT).await;
    Browser::password(&lab, "control").await;
    let link = Browser::link(&lab, "owner").await;
    let mut plain = Browser::new(&lab);
    for path in ["/", "/sign-in", "/findings", &link] {
        let seen = plain.get(path).await;
        assert_eq!(seen.status, 421, "{path}: the default name that a proxy sends");
        assert!(seen.text.to_lowercase().contains("open https://cs.example"), "{}", seen.text);
        let http = [("host", HOST), ("x-forwarded-proto", "http")];
        assert_eq!(plain.send(Method::GET, path, None, &http).await.status, 403, "{path}");
    }
    assert_eq!(plain.post("/sign-in", &RIGHT).await.status, 421);
    let mut browser = Browser::new(&lab).with("host", HOST);
    for looked in [browser.get(&link).await, browser.post(&link, &[]).await] {
        assert_eq!(looked.status, 403, "a link is good on this machine only");
        assert!(looked.text.contains("only on the machine on which the server runs"));
    }
    for origin in ["http://cs.example", "https://evil.example", "null"] {
        let headers = [("origin", origin), ("sec-fetch-site", "same-origin")];
        let sent = browser.send(Method::POST, "/sign-in", Some(&RIGHT), &headers).await;
        assert_eq!(sent.status, 403, "{origin}");
    }
    assert_eq!(browser.cookie, None);
    let asked = lab.get("auditor", "/people").await;
    assert_eq!(asked.status, 200, "programs on this machine have tokens and need no name");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_public_origin_a_proxy_gets_no_page_and_words_that_say_what_to_write() {
    let lab = alone().await;
    Browser::password(&lab, "control").await;
    let link = Browser::link(&lab, "owner").await;
    let mut browser = Browser::new(&lab);
    for proxy in [
        ("host", "countersign.example"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        for path in ["/", "/sign-in", &link] {
            let seen = browser.send(Method::GET, path, None, &[proxy]).await;
            assert_eq!(seen.status, 403, "{proxy:?} {path}");
            assert!(seen.text.contains("public_origin = "), "{}", seen.text);
        }
        let ours = ("sec-fetch-site", "same-origin");
        for path in ["/sign-in", &link] {
            let sent = browser.send(Method::POST, path, Some(&RIGHT), &[ours, proxy]).await;
            assert_eq!((sent.status, browser.cookie.clone()), (403, None), "{proxy:?} {path}");
        }
    }
    assert_eq!(browser.get(&link).await.status, 200, "the link is not spent");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_from_elsewhere_keep_nobody_out_who_signed_in_before() {
    let lab = alone_with(FRONT).await;
    Browser::password(&lab, "control").await;
    let from =
        |address: &str| Browser::new(&lab).with("host", HOST).with("x-forwarded-for", address);
    assert_eq!(from("192.0.2.1").post("/sign-in", &RIGHT).await.status, 303);
    let wrong = [("name", "control"), ("password", "wrong")];
    let mut refused = 0;
    for number in 0..25 {
        // What stands first is the guesser's own word, and changes nothing.
        let way = format!("192.0.2.1, 198.51.{}.9, 10.0.0.7", number / 5);
        let seen = from(&way).post("/sign-in", &wrong).await;
        assert!(matches!(seen.status, 401 | 429), "{}", seen.status);
        refused += usize::from(seen.status == 429);
    }
    assert_eq!(refused, 5, "twenty for the name, from wherever");
    let strange = from("203.0.113.1").post("/sign-in", &RIGHT).await;
    assert_eq!(strange.status, 429);
    assert_eq!(from("192.0.2.1").post("/sign-in", &RIGHT).await.status, 303, "known here");
    let mut signed_in = from("203.0.113.1");
    let cookie = from("192.0.2.1").with("origin", PUBLIC);
    let mut known = cookie;
    assert_eq!(known.post("/sign-in", &RIGHT).await.status, 303);
    signed_in.cookie.clone_from(&known.cookie);
    assert_eq!(signed_in.post("/sign-in", &RIGHT).await.status, 303, "known by its session");
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_trusted_proxies_nobody_has_another_address_by_saying_so() {
    let lab = alone_with("public_origin = 'https://cs.example'").await;
    Browser::password(&lab, "control").await;
    let wrong = [("name", "control"), ("password", "wrong")];
    let mut statuses = Vec::new();
    for number in 0..11 {
        let address = format!("198.51.{number}.1");
        let mut browser = Browser::new(&lab).with("host", HOST).with("x-forwarded-for", &address);
        statuses.push(browser.post("/sign-in", &wrong).await.status);
    }
    assert_eq!(statuses, [[401; 10].as_slice(), &[429]].concat());
    lab.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_server_listens_for_other_machines_without_a_public_origin() {
    let mut lab = alone().await;
    lab.stop().await;
    let everywhere = "0.0.0.0:0".parse().expect("an address");
    let mut settings = lab.settings();
    settings.listen = everywhere;
    let refused = start(settings.clone(), lab.server_clock(), Chance::real()).await;
    let Err(NotStarted::Exposed { address }) = refused else { panic!("it started") };
    assert_eq!(address, everywhere);
    let words = NotStarted::Exposed { address }.to_string();
    assert!(words.contains("write `public_origin = \"https://"), "{words}");
    settings.config.public_origin = Some(PUBLIC.to_owned().try_into().expect("an origin"));
    let running = start(settings, lab.server_clock(), Chance::real()).await.expect("it starts");
    running.stop().await;
    lab.end().await;
}
