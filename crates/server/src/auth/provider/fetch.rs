//! Asking the provider over HTTP: within a time and a size, at safe addresses only, and never led
//! elsewhere. What the answers mean is not its business.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder, header, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::known::Metadata;
use super::{NotShown, short};
use crate::config::{Provider as Table, is_safe};

/// Longest time for one answer.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Longest time until somebody is there.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// Largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 18;

/// A client that is led nowhere.
pub(super) fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .timeout(WAIT_MAX)
        .connect_timeout(CONNECT_MAX)
        .redirect(redirect::Policy::none())
        .build()
}

/// What stands at an address.
pub(super) async fn get<T: DeserializeOwned>(http: &Client, address: &str) -> Result<T, NotShown> {
    if !is_safe(address) {
        return Err(unreached(address, &"the address is not encrypted"));
    }
    let (status, bytes) = answer(http.get(address), address).await?;
    if status != 200 {
        return Err(unreached(address, &format!("it answered {status}")));
    }
    serde_json::from_slice(&bytes).map_err(|why| unreached(address, &why))
}

/// The id token for a code.
pub(super) async fn token(
    http: &Client,
    metadata: &Metadata,
    (table, secret): (&Table, Option<&SecretString>),
    mut form: Vec<(&'static str, String)>,
) -> Result<String, NotShown> {
    let address = metadata.token_endpoint.as_str();
    if !is_safe(address) {
        return Err(unreached(address, &"the address is not encrypted"));
    }
    let mut request = http.post(address).header(header::ACCEPT, "application/json");
    match secret {
        Some(secret) if metadata.takes_basic() => {
            let secret = secret.expose_secret();
            let both = format!("{}:{}", form_encoded(&table.client_id), form_encoded(secret));
            let basic = format!("Basic {}", STANDARD.encode(both));
            let mut basic = header::HeaderValue::try_from(basic)
                .map_err(|_| unreached(address, &"the client secret is no text"))?;
            basic.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, basic);
        }
        Some(secret) => {
            form.push(("client_id", table.client_id.clone()));
            form.push(("client_secret", secret.expose_secret().to_owned()));
        }
        None => form.push(("client_id", table.client_id.clone())),
    }
    let body = serde_urlencoded::to_string(&form).map_err(|why| unreached(address, &why))?;
    let kind = "application/x-www-form-urlencoded";
    let request = request.header(header::CONTENT_TYPE, kind).body(body);
    let (status, bytes) = answer(request, address).await?;
    let said: Value = serde_json::from_slice(&bytes)
        .map_err(|_| unreached(address, &format!("it answered {status} and no JSON")))?;
    let word = |key: &str| said.get(key).and_then(Value::as_str);
    match (status, word("id_token"), word("error")) {
        (200, Some(token), _) => Ok(token.to_owned()),
        (_, _, Some(error)) => Err(NotShown::Declined(short(error))),
        (status, _, None) => {
            Err(unreached(address, &format!("it answered {status} without a token")))
        }
    }
}

async fn answer(request: RequestBuilder, address: &str) -> Result<(u16, Vec<u8>), NotShown> {
    // The error of the client would repeat the address; what is wrong stands in what caused it.
    let failed = |why: reqwest::Error| unreached(address, &why.without_url());
    let mut response = request.send().await.map_err(failed)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len().saturating_add(chunk.len()) > ANSWER_BYTES_MAX {
            let words = format!("the answer is longer than {ANSWER_BYTES_MAX} bytes");
            return Err(unreached(address, &words));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((response.status().as_u16(), bytes))
}

fn unreached(address: &str, why: &dyn std::fmt::Display) -> NotShown {
    NotShown::Unreached(format!("`{}`: {why}", short(address)))
}

/// A word as RFC 6749 section 2.3.1 has it in a header: encoded as in a form first.
fn form_encoded(word: &str) -> String {
    let pair = serde_urlencoded::to_string([("", word)]).unwrap_or_default();
    pair.trim_start_matches('=').to_owned()
}
