//! A request as a stranger may send it: any method, address, headers and bytes.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::lab::Lab;

/// Words that would tell how this program is built.
const INSIDE: [&str; 18] = [
    "::",
    "struct",
    "enum ",
    "variant",
    "serde",
    "axum",
    "sqlx",
    "Option",
    "Result",
    "i64",
    "u64",
    "Uuid",
    "panick",
    "deserialize",
    "Deserialize",
    "impl",
    "SQL",
    "crates/",
];

/// A request.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) token: Option<&'a str>,
    pub(super) headers: Vec<(&'a str, &'a [u8])>,
    pub(super) body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl<'a> Call<'a> {
    pub(super) fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, token: None, headers: Vec::new(), body: None }
    }

    pub(super) fn get(path: &'a str) -> Self {
        Self::new(Method::GET, path)
    }

    /// A change with a JSON body.
    pub(super) fn post(path: &'a str, body: &str) -> Self {
        let mut call = Self::new(Method::POST, path);
        call.body = Some(body.as_bytes().to_vec());
        call.with("content-type", b"application/json")
    }

    pub(super) fn by(mut self, token: &'a str) -> Self {
        self.token = Some(token);
        self
    }

    pub(super) fn with(mut self, name: &'a str, value: &'a [u8]) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Sends it.
    pub(super) async fn to(self, lab: &Lab) -> Said {
        let url = format!("http://{}{}", lab.running().address, self.path);
        let mut request = Client::new().request(self.method, url);
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        Said { status, headers, text }
    }
}

impl Said {
    /// The body.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|why| panic!("{} no JSON: {why}: {}", self.status, self.text))
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// A problem in the form of RFC 9457, with this status and code, in words for people.
    #[track_caller]
    pub(super) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        let is = (self.status, body["code"].as_str().unwrap_or_default());
        assert_eq!(is, (status, code), "{body:#}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(body["status"], status, "{body:#}");
        assert_eq!(body["type"], format!("urn:countersign:problem:{code}"));
        for field in ["title", "detail", "next"] {
            let words = body[field].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "no `{field}`: {body:#}");
            assert!(!words.ends_with('.'), "{words}");
            let told = INSIDE.iter().find(|word| words.contains(**word));
            assert_eq!(told, None, "{words}");
        }
        body
    }
}
