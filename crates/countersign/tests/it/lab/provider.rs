//! A provider of sign-ins of the test's own, at the real one that the tests are given: its keys and its
//! people are nobody else's.

use std::net::TcpListener;

use serde_json::{Value, json};

const VARIABLE: &str = "COUNTERSIGN_TEST_PROVIDER";

/// As whom the server comes, and with which secret.
const CLIENT: (&str, &str) = ("countersign", "a secret of the test");

/// A provider that knows one server.
pub(crate) struct Op {
    /// What it calls itself.
    pub(crate) issuer: String,
    /// Where the server is reached.
    pub(crate) server: String,
    secret: tempfile::NamedTempFile,
    http: reqwest::Client,
}

impl Op {
    /// One that knows these people: claims by subject. None on a laptop without it.
    #[expect(
        clippy::print_stderr,
        reason = "whoever runs the tests has to know that this one did not"
    )]
    pub(crate) async fn new(name: &str, people: Value) -> Option<Self> {
        let Ok(origin) = std::env::var(VARIABLE) else {
            assert!(std::env::var("CI").is_err(), "`{VARIABLE}` is not set");
            eprintln!("not run: `cargo xtask test` sets `{VARIABLE}`");
            return None;
        };
        let secret = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(secret.path(), CLIENT.1).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let server = format!("http://{}", free.local_addr().expect("an address"));
        let it = Self {
            issuer: format!("{origin}/t/{name}-{}", std::process::id()),
            server,
            secret,
            http: reqwest::Client::new(),
        };
        drop(free);
        let client = json!({
            "client_id": CLIENT.0, "client_secret": CLIENT.1,
            "redirect_uris": [format!("{}/sign-in/provider/back", it.server)],
            "post_logout_redirect_uris": [format!("{}/sign-in", it.server)],
            "backchannel_logout_uri": format!("{}/heard", it.issuer),
            "backchannel_logout_session_required": true,
        });
        it.tell("set-up", &json!({ "client": client, "people": people })).await;
        Some(it)
    }

    /// The configuration of a server that has it, with these lines more.
    pub(crate) fn config(&self, more: &str) -> String {
        let Self { issuer, server, secret, .. } = self;
        let secret = secret.path().display();
        let client = CLIENT.0;
        format!(
            "[provider]\nname='Clinic login'\nissuer='{issuer}'\nclient_id='{client}'\n\
             client_secret={{file='{secret}'}}\nredirect_origin='{server}'\n{more}\n\
             second={{acr=['two']}}\nkey={{acr=['three']}}\n"
        )
    }

    /// Signs with keys that nobody knows yet from now on.
    pub(crate) async fn new_keys(&self) {
        self.tell("new-keys", &json!({})).await;
    }

    /// Somebody is in these groups from now on.
    pub(crate) async fn regroup(&self, subject: &str, groups: &[&str]) {
        self.tell("regroup", &json!({ "subject": subject, "groups": groups })).await;
    }

    /// The last message that it sent because somebody signed out.
    pub(crate) async fn heard(&self) -> String {
        let answer = self.http.get(format!("{}/heard", self.issuer)).send().await;
        answer.expect("the provider answers").text().await.expect("a whole answer")
    }

    async fn tell(&self, what: &str, words: &Value) {
        let sent = self.http.post(format!("{}/{what}", self.issuer)).json(words).send().await;
        assert!(sent.expect("the provider answers").status().is_success(), "{what}");
    }
}
