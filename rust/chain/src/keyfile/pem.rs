//! The first PEM block of a text (RFC 7468), whatever stands before and after it.
use pkcs8::der::pem::Decoder;
use zeroize::Zeroizing;

use super::KeyFault;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// One block: what it says it is, and its bytes.
pub(super) struct Block<'a> {
    pub(super) label: &'a str,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// Return the first block of `text`.
///
/// RFC 7468 section 2 allows text before a block, and key files here use it to say whose key it is.
pub(super) fn first_block(text: &str) -> Result<Block<'_>, KeyFault> {
    if text.trim().is_empty() {
        return Err(KeyFault::Empty);
    }
    let start = begin_of(text).ok_or(KeyFault::NotAKey)?;
    let label = text[start + BEGIN.len()..]
        .split_once(DASHES)
        .map(|(label, _)| label)
        .ok_or(KeyFault::Damaged("PEM block"))?;
    let end_line = format!("-----END {label}-----");
    let length = text[start..]
        .find(&end_line)
        .ok_or(KeyFault::Damaged("PEM block"))?
        + end_line.len();
    let der = decoded(&text[start..start + length])
        .ok_or_else(|| undecodable(&text[start..start + length]))?;
    Ok(Block { label, der })
}

fn begin_of(text: &str) -> Option<usize> {
    if text.starts_with(BEGIN) {
        return Some(0);
    }
    text.find("\n-----BEGIN ").map(|at| at + 1)
}

fn decoded(block: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut decoder = Decoder::new_detect_wrap(block.as_bytes()).ok()?;
    // Reserved at once: a buffer that grew would leave a copy of the secret behind.
    let mut der = Zeroizing::new(Vec::with_capacity(decoder.remaining_len()));
    decoder.decode_to_end(&mut der).ok()?;
    Some(der)
}

fn undecodable(block: &str) -> KeyFault {
    // RFC 1421 headers: the encryption of OpenSSL before 1.0, with one round of MD5.
    if block.contains("\nDEK-Info:") {
        KeyFault::Encryption("the old PEM encryption")
    } else {
        KeyFault::Damaged("PEM block")
    }
}
