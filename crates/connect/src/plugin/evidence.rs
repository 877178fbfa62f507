//! From what a plugin read back to evidence: secrets out first, then the digest. Does not judge
//! whether the answer supports the claim.

use countersign_access::change::Evidence;
use countersign_access::fact::SourceId;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::wire::ReadBack;

/// What stands where a secret stood.
const REMOVED: &str = "[removed]";

/// The evidence of one read-back.
pub(super) fn of(
    mut back: ReadBack,
    secret_fields: &[String],
    system: &SourceId,
    read_at: Timestamp,
) -> Evidence {
    remove(&mut back.answer, secret_fields);
    let answer = match back.answer {
        Value::String(text) => text.into_bytes(),
        other => other.to_string().into_bytes(),
    };
    Evidence {
        claim: back.claim,
        holds: back.holds,
        system: system.clone(),
        read_by: back.read_by,
        read_from: back.read_from,
        read_at,
        digest: Sha256::digest(&answer).iter().map(|byte| format!("{byte:02x}")).collect(),
        answer,
    }
}

/// Depth is bounded by the reader of the line, which refuses deeper nesting than 128.
fn remove(value: &mut Value, secret_fields: &[String]) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if secret_fields.contains(name) {
                    *value = Value::String(REMOVED.to_owned());
                } else {
                    remove(value, secret_fields);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, secret_fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_access::change::{Claim, Holds};
    use countersign_access::node::NodeId;

    fn read_back(answer: Value) -> ReadBack {
        let account = NodeId::new("erp/account/7").unwrap();
        ReadBack {
            claim: Claim::AccountDisabled { account },
            holds: Holds::Yes,
            read_by: "auditor".into(),
            read_from: "erp.example".into(),
            answer,
        }
    }

    fn evidence(answer: Value, secret: &[&str]) -> Evidence {
        let secret: Vec<String> = secret.iter().map(|&name| name.to_owned()).collect();
        of(read_back(answer), &secret, &SourceId::new("erp"), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_secret_field_is_gone_at_every_depth_before_the_digest_is_taken() {
        let answer =
            serde_json::json!({"id": 7, "password": "pw1", "keys": [{"token": ["t1"], "n": 1}]});
        let kept = evidence(answer, &["password", "token"]);
        let text = String::from_utf8(kept.answer.clone()).unwrap();
        assert_eq!(text, r#"{"id":7,"password":"[removed]","keys":[{"token":"[removed]","n":1}]}"#);
        let by_hand: String =
            Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(kept.digest, by_hand);
    }

    #[test]
    fn an_answer_that_is_a_text_is_kept_as_its_bytes() {
        let kept = evidence(Value::String("abc".into()), &[]);
        assert_eq!(kept.answer, b"abc");
        // FIPS 180-2, appendix B.1.
        assert_eq!(kept.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
