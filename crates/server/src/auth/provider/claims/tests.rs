use jsonwebtoken::{EncodingKey, encode};
use serde_json::json;

use super::*;
use crate::config::Config;

const NOW: i64 = 1_800_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn table() -> Table {
    let lines = "[provider]\nissuer='https://login.example'\nclient_id='us'\naudiences=['also']";
    Config::parse(lines).unwrap().provider.unwrap()
}

/// An Ed25519 key in PKCS#8 (RFC 8410 section 7).
fn signer(seed: u8) -> EncodingKey {
    let head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    EncodingKey::from_ed_der(&[&head[..], &[seed; 32]].concat())
}

fn public(seed: u8, kid: &str) -> Jwk {
    let mut key = Jwk::from_encoding_key(&signer(seed), Algorithm::EdDSA).unwrap();
    key.common.key_id = Some(kid.to_owned());
    key
}

fn right() -> Value {
    json!({
        "iss": "https://login.example", "sub": "s-1", "aud": "us", "nonce": "n",
        "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 30, "email": "m@example.com",
        "email_verified": true, "groups": ["a", 1, "b"],
    })
}

fn signed(claims: &Value, kid: &str, seed: u8) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &signer(seed)).unwrap()
}

fn verified(claims: &Value, nonce: Option<&str>) -> Result<Claims, Untrue> {
    let table = table();
    let expected = Expected { table: &table, now: now(), nonce };
    verify(&signed(claims, "k", 1), &[public(2, "other"), public(1, "k")], &expected)
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = right();
    claims.as_object_mut().unwrap().insert(name.to_owned(), value);
    claims
}

fn without(name: &str) -> Value {
    let mut claims = right();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn an_id_token_says_who_somebody_is_and_since_when() {
    let identity = verified(&right(), Some("n")).unwrap().identity(&table());
    assert_eq!(
        (identity.subject.as_str(), identity.email.as_deref()),
        ("s-1", Some("m@example.com"))
    );
    assert_eq!(identity.groups, ["a", "b"]);
    assert_eq!(identity.signed.at, Timestamp::from_second(NOW - 30).ok());
    for not_verified in [json!(false), json!("true"), json!(1), Value::Null] {
        let claims = verified(&with("email_verified", not_verified), Some("n")).unwrap();
        assert_eq!(claims.identity(&table()).email, None);
    }
}

#[test]
fn a_token_that_is_not_for_us_not_of_now_or_no_answer_is_refused_in_words() {
    for (claims, says) in [
        (with("iss", json!("https://login.example/")), "another issuer"),
        (without("iss"), "another issuer"),
        (with("aud", json!("them")), "for somebody else"),
        (with("aud", json!(["us", "them"])), "not among `audiences`"),
        (with("aud", json!(["us", "also"])), "to whom it was issued"),
        (with("azp", json!("them")), "issued to somebody else"),
        (with("exp", json!(NOW - 60)), "it is over"),
        (without("exp"), "has no end"),
        (with("iat", json!(NOW + 61)), "a time to come"),
        (without("iat"), "of when it is"),
        (with("nbf", json!(NOW + 61)), "a time to come"),
        (with("nonce", json!("other")), "what this browser asked"),
        (without("nonce"), "what this browser asked"),
        (without("sub"), "about nobody"),
        (with("sub", json!("")), "about nobody"),
    ] {
        let said = verified(&claims, Some("n")).unwrap_err().to_string();
        assert!(said.contains(says), "{claims}: {said}");
    }
    let mut both = with("aud", json!(["us", "also"]));
    both["azp"] = json!("us");
    assert!(verified(&both, Some("n")).is_ok());
    assert!(verified(&with("exp", json!(NOW - 59)), Some("n")).is_ok(), "clocks differ a little");
}

#[test]
fn a_token_that_its_provider_did_not_sign_is_refused() {
    let table = table();
    let expected = Expected { table: &table, now: now(), nonce: Some("n") };
    let keys = [public(1, "k")];
    let refused = |token: &str, keys: &[Jwk]| verify(token, keys, &expected).unwrap_err();
    assert_eq!(refused(&signed(&right(), "new", 1), &keys), Untrue::UnknownKey);
    assert_eq!(refused(&signed(&right(), "k", 2), &keys).to_string(), "its signature is wrong");
    assert_eq!(refused(&signed(&right(), "k", 1), &[]), Untrue::UnknownKey);
    let token = signed(&right(), "k", 1);
    let (rest, _) = token.rsplit_once('.').unwrap();
    assert_eq!(refused(&format!("{rest}."), &keys).to_string(), "its signature is wrong");
    // {"alg":"none"} and a token that is signed with what everybody knows.
    let body = rest.split_once('.').unwrap().1;
    let none = format!("eyJhbGciOiJub25lIn0.{body}.");
    assert_eq!(refused(&none, &keys).to_string(), "it is no token that is signed");
    let secret = EncodingKey::from_secret(b"us");
    let shared = encode(&Header::new(Algorithm::HS256), &right(), &secret).unwrap();
    assert_eq!(refused(&shared, &keys).to_string(), "it is signed in a way that proves nothing");
    for nonsense in ["", ".", "a.b.c", &"a".repeat(TOKEN_BYTES_MAX + 1)] {
        assert!(verify(nonsense, &keys, &expected).is_err());
    }
}

#[test]
fn without_the_name_of_a_key_only_one_that_stands_alone_is_taken() {
    let table = table();
    let expected = Expected { table: &table, now: now(), nonce: Some("n") };
    let token = encode(&Header::new(Algorithm::EdDSA), &right(), &signer(1)).unwrap();
    assert!(verify(&token, &[public(1, "k")], &expected).is_ok());
    let two = [public(1, "k"), public(2, "l")];
    assert_eq!(verify(&token, &two, &expected), Err(Untrue::UnknownKey));
}

#[test]
fn a_logout_message_and_an_id_token_are_never_taken_for_each_other() {
    let message = json!({
        "iss": "https://login.example", "aud": "us", "iat": NOW, "exp": NOW + 120, "jti": "j",
        "sid": "session", "events": { LOGOUT: {} },
    });
    let about = verified(&message, None).unwrap().logout(now()).unwrap();
    assert_eq!((about.message.as_str(), about.session.as_deref()), ("j", Some("session")));
    assert!(verified(&message, Some("n")).is_err(), "no id token");
    assert!(verified(&right(), None).is_err(), "no logout message");
    let changed = |name: &str, value: Option<Value>| {
        let mut message = message.clone();
        let claims = message.as_object_mut().unwrap();
        claims.remove(name);
        claims.extend(value.map(|value| (name.to_owned(), value)));
        verified(&message, None).and_then(|claims| claims.logout(now()))
    };
    for (name, value) in [
        ("events", None),
        ("events", Some(json!({}))),
        ("events", Some(json!([LOGOUT]))),
        ("jti", None),
        ("sid", None),
        ("nonce", Some(json!("n"))),
        ("exp", Some(json!(NOW - 60))),
        ("aud", Some(json!("them"))),
    ] {
        assert!(changed(name, value.clone()).is_err(), "{name}: {value:?}");
    }
    assert!(changed("exp", None).is_ok(), "an older provider says no end");
    let mut old = message.clone();
    old.as_object_mut().unwrap().remove("exp");
    old["iat"] = json!(NOW - 180);
    assert!(verified(&old, None).and_then(|claims| claims.logout(now())).is_err());
}
