//! Ed25519 keys of C2SP signed notes: a name and a key, and the one-line form of the public half.
//! Makes no key: the secret bytes come from outside.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _};

use crate::encode;
use crate::hash::Hash;

/// Longest name of a key, in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 255;

/// The type byte of Ed25519 signatures over a note's text.
const ED25519: u8 = 0x01;

/// The secret half of a key. Its `Debug` form shows the name only.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    id: [u8; 4],
    secret: ed25519_dalek::SigningKey,
}

impl SigningKey {
    /// A key from a name (best the log's origin) and 32 secret random bytes.
    ///
    /// # Errors
    /// [`BadKey::Name`] for a name that no note can carry.
    pub fn from_secret(name: &str, secret: &[u8; 32]) -> Result<Self, BadKey> {
        check_name(name)?;
        let secret = ed25519_dalek::SigningKey::from_bytes(secret);
        let id = key_id(name, secret.verifying_key().as_bytes());
        Ok(Self { name: name.to_owned(), id, secret })
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), id: self.id, public: self.secret.verifying_key() }
    }

    /// What stands on a signature line over `text`: the key's id and the signature.
    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        let signature = self.secret.sign(text.as_bytes()).to_bytes();
        self.id.into_iter().chain(signature).collect()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The public half of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    public: ed25519_dalek::VerifyingKey,
}

impl Verifier {
    /// Reads `NAME+ID+KEY` (C2SP vkey: id as 8 hexadecimal digits, key as base64 of the type byte
    /// and 32 bytes).
    ///
    /// # Errors
    /// [`BadKey`] names what is wrong; weak and non-canonical points are refused too.
    pub fn parse(vkey: &str) -> Result<Self, BadKey> {
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadKey::Form);
        };
        check_name(name)?;
        let id = encode::from_hex::<4>(id).ok_or(BadKey::Form)?;
        let key = encode::from_base64(key).ok_or(BadKey::Form)?;
        let Some((&ED25519, point)) = key.split_first() else { return Err(BadKey::Kind) };
        let point = point.try_into().map_err(|_| BadKey::Form)?;
        let public = ed25519_dalek::VerifyingKey::from_bytes(point).map_err(|_| BadKey::Point)?;
        if public.is_weak() || public.to_edwards().compress().as_bytes() != point {
            return Err(BadKey::Point);
        }
        if id != key_id(name, point) {
            return Err(BadKey::Id);
        }
        Ok(Self { name: name.to_owned(), id, public })
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a signature line with this name and these first four bytes is said to be ours.
    pub(crate) fn is_named(&self, name: &str, id: &[u8]) -> bool {
        self.name == name && self.id == id
    }

    /// Whether this key signed `text`, by the strict rules (no small-order parts).
    pub(crate) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.public.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}

/// The C2SP vkey.
impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.public.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, encode::hex(&self.id), encode::base64(&key))
    }
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Empty, longer than [`KEY_NAME_BYTES_MAX`], or with white space, `+` or a control character.
    #[error(
        "`{0}` cannot name a key: use 1 to {KEY_NAME_BYTES_MAX} bytes without white space, `+` or control characters"
    )]
    Name(String),
    /// Not three parts, or a part in another spelling.
    #[error(
        "this is no verifier key: give one line `NAME+ID+KEY` with the id as 8 hexadecimal digits and the key as base64"
    )]
    Form,
    /// A key of another kind than Ed25519 for notes.
    #[error(
        "the verifier key is of a kind that is not used here: give an Ed25519 key (type byte 1)"
    )]
    Kind,
    /// The id is not the one of this name and key.
    #[error(
        "the id in the verifier key does not belong to its name and key: copy the whole line again"
    )]
    Id,
    /// The key is no point of the curve, or a weak one.
    #[error("the verifier key is no safe Ed25519 key: copy the whole line again")]
    Point,
}

/// The name rule of C2SP signed-note, with a limit on length.
pub(crate) fn check_name(name: &str) -> Result<(), BadKey> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > KEY_NAME_BYTES_MAX || name.contains(forbidden) {
        return Err(BadKey::Name(name.chars().take(KEY_NAME_BYTES_MAX).collect()));
    }
    Ok(())
}

/// The first four bytes of SHA-256 over name, line feed, type byte and public key.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let Hash([a, b, c, d, ..]) = Hash::of(&[name.as_bytes(), &[b'\n', ED25519], public].concat());
    [a, b, c, d]
}
