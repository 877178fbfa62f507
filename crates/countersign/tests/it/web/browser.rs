//! What a browser does that matters here: it keeps a cookie, says where a form comes from, sends the
//! hidden fields of a form with what was typed, and follows where it is led.

use countersign_server::auth::{account, link};
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, redirect};
use secrecy::ExposeSecret as _;

use crate::lab::Lab;

/// The password of everybody.
pub(crate) const PASSWORD: &str = "a long enough password";

/// A browser.
pub(crate) struct Browser {
    http: Client,
    base: String,
    /// What it, or a proxy in front of the server, sends with every request.
    always: Vec<(&'static str, String)>,
    pub(crate) cookie: Option<String>,
}

/// What it was sent.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Seen {
    pub(crate) fn leads_to(&self) -> &str {
        self.headers.get(LOCATION).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// A hidden field of the first form that posts there.
    #[track_caller]
    pub(crate) fn hidden(&self, action: &str, name: &str) -> String {
        let form = self.text.split(&format!("action=\"{action}\"")).nth(1).expect("such a form");
        let form = form.split("</form>").next().expect("its end");
        let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("such a field");
        field.split('"').next().expect("its end").to_owned()
    }
}

impl Browser {
    pub(crate) fn new(lab: &Lab) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        let base = format!("http://{}", lab.running().address);
        Self { http, base, always: Vec::new(), cookie: None }
    }

    /// One that sends this header with every request.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.always.push((name, value.to_owned()));
        self
    }

    /// Signed in as one of the people, with a password.
    pub(crate) async fn signed_in(lab: &Lab, who: &str) -> Self {
        Self::password(lab, who).await;
        let mut browser = Self::new(lab);
        let seen = browser.post("/sign-in", &[("name", who), ("password", PASSWORD)]).await;
        assert_eq!((seen.status, seen.leads_to()), (303, "/"), "{}", seen.text);
        browser
    }

    /// Signed in as one of the people, with a link.
    pub(crate) async fn signed_in_by_link(lab: &Lab, who: &str) -> Self {
        let link = Self::link(lab, who).await;
        let mut browser = Self::new(lab);
        assert_eq!(browser.post(&link, &[]).await.status, 303);
        browser
    }

    /// Gives one of the people the password of everybody.
    pub(crate) async fn password(lab: &Lab, who: &str) {
        let person = *lab.people.get(who).expect("one of the people");
        account::set(lab.door(), person, who, PASSWORD).await.expect("an account");
    }

    /// A link that is good once.
    pub(crate) async fn link(lab: &Lab, who: &str) -> String {
        let person = *lab.people.get(who).expect("one of the people");
        let link = link::issue(lab.door(), person).await.expect("a link");
        link.expose_secret().to_owned()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Seen {
        self.send(Method::GET, path, None, &[]).await
    }

    /// Sends a form from a page of the same server.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Seen {
        self.send(Method::POST, path, Some(fields), &[("sec-fetch-site", "same-origin")]).await
    }

    /// Loads a page and sends one of its forms with what was typed.
    pub(crate) async fn fill(&mut self, page: &str, action: &str, typed: &[(&str, &str)]) -> Seen {
        let seen = self.get(page).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        self.fill_of(&seen, action, typed).await
    }

    /// Sends a form of a page that was loaded before.
    pub(crate) async fn fill_of(
        &mut self,
        page: &Seen,
        action: &str,
        typed: &[(&str, &str)],
    ) -> Seen {
        let hidden = ["token", "seen", "once"].map(|name| (name, page.hidden(action, name)));
        let hidden = hidden.iter().map(|(name, value)| (*name, value.as_str()));
        let fields: Vec<(&str, &str)> = hidden.chain(typed.iter().copied()).collect();
        self.post(action, &fields).await
    }

    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        fields: Option<&[(&str, &str)]>,
        headers: &[(&str, &str)],
    ) -> Seen {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let always = self.always.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in always.chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        if let Some(fields) = fields {
            let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
            let body = pairs.collect::<Vec<_>>().join("&");
            request =
                request.header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get(SET_COOKIE).and_then(|it| it.to_str().ok()) {
            let pair = set.split(';').next().unwrap_or_default();
            self.cookie = Some(pair.to_owned()).filter(|pair| !pair.ends_with('='));
        }
        Seen { status, headers, text: response.text().await.expect("a whole answer") }
    }
}

fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"))
}
