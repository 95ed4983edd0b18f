//! A private key in whatever form a person or a setting may hold it.
use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::{read_private, seed_of, KeyFault, Seed};

/// Return the seed of a private key given as PEM, as 64 hex digits or as base64 of 32 bytes.
///
/// # Errors
/// A [`KeyFault`] that says what the text is instead.
pub fn read_seed(text: &str, passphrase: Option<&[u8]>) -> Result<Seed, KeyFault> {
    let bare = text.trim();
    if bare.is_empty() {
        return Err(KeyFault::Empty);
    }
    if bare.contains("-----BEGIN ") {
        return read_private(text, passphrase);
    }
    from_hex(bare)
        .or_else(|| from_base64(bare))
        .ok_or(KeyFault::NotAKey)
}

fn from_hex(text: &str) -> Option<Seed> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut seed = Seed::default();
    for (byte, pair) in seed.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (nibble(pair[0])? << 4) | nibble(pair[1])?;
    }
    Some(seed)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

fn from_base64(text: &str) -> Option<Seed> {
    let mut room = Zeroizing::new([0_u8; 64]);
    let length = decode::<Base64>(text, &mut room[..])
        .or_else(|| decode::<Base64Unpadded>(text, &mut room[..]))
        .or_else(|| decode::<Base64Url>(text, &mut room[..]))
        .or_else(|| decode::<Base64UrlUnpadded>(text, &mut room[..]))?;
    seed_of(&room[..length])
}

fn decode<E: Encoding>(text: &str, room: &mut [u8]) -> Option<usize> {
    E::decode(text, room).ok().map(<[u8]>::len)
}
