//! Hexadecimal and base64 in one spelling only: a second spelling of the same bytes is refused, so
//! that nobody can change a signed file without being noticed. No URL alphabet, no white space.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]).collect()
}

/// Lower-case digits only, exactly two for each byte.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0_u8; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// RFC 4648 section 4 with padding. Encoding the result again must give the same text: unused bits
/// of the last symbol have to be zero.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    (STANDARD.encode(&bytes) == text).then_some(bytes)
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_comes_back_and_has_one_spelling() {
        assert_eq!(hex(&[0x00, 0x9f, 0xff]), "009fff");
        assert_eq!(from_hex::<3>("009fff"), Some([0x00, 0x9f, 0xff]));
        for wrong in ["009FFF", "009ff", "009fff0", "009fff00", "00 9ff", "", "00é"] {
            assert_eq!(from_hex::<3>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(base64(&[0xff, 0xee]), "/+4=");
        assert_eq!(from_base64("/+4="), Some(vec![0xff, 0xee]));
        for wrong in ["/+4", "/+5=", "/+7=", "_-4=", "/+4= ", " /+4=", "/+\n4=", "/+4==", "/+4=\n"]
        {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }
}
