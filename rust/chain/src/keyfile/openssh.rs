//! Keys as OpenSSH writes them (its PROTOCOL.key), read only and only when they are not encrypted.
//!
//! A parser of our own: the crate for this brings a second generation of every digest and cipher.
use base64ct::{Base64, Encoding};

use super::{check_pair, seed_of, KeyFault, Seed};

const MAGIC: &[u8] = b"openssh-key-v1\0";
const ED25519: &[u8] = b"ssh-ed25519";
const DAMAGED: KeyFault = KeyFault::Damaged("OpenSSH key");

/// Return the seed of a decoded `OPENSSH PRIVATE KEY` block.
pub(super) fn read_private(der: &[u8]) -> Result<Seed, KeyFault> {
    let mut outer = Fields(der.strip_prefix(MAGIC).ok_or(DAMAGED)?);
    let cipher = outer.string()?;
    let (_derivation, _options) = (outer.string()?, outer.string()?);
    if cipher != b"none" {
        return Err(KeyFault::Encryption("OpenSSH's own passphrase format"));
    }
    if outer.number()? != 1 {
        return Err(DAMAGED);
    }
    let _public = outer.string()?;
    read_section(Fields(outer.string()?))
}

fn read_section(mut section: Fields<'_>) -> Result<Seed, KeyFault> {
    if section.number()? != section.number()? {
        return Err(DAMAGED);
    }
    check_name(section.string()?)?;
    let public = section.string()?;
    let pair = section.string()?;
    if pair.len() != 64 {
        return Err(DAMAGED);
    }
    let seed = seed_of(&pair[..32]).ok_or(DAMAGED)?;
    check_pair(&seed, public)?;
    check_pair(&seed, &pair[32..])?;
    Ok(seed)
}

/// Return the key part of a line such as `ssh-ed25519 AAAA… comment`, or None when the text is no such line.
pub(super) fn public_line(text: &str) -> Option<&str> {
    let mut words = text.split_ascii_whitespace();
    let name = words.next()?;
    let is_ssh = name.starts_with("ssh-") || name.starts_with("ecdsa-sha2-");
    words.next().filter(|_| is_ssh)
}

/// Return the bytes of a public key from the key part of an OpenSSH line.
pub(super) fn read_public(encoded: &str) -> Result<Vec<u8>, KeyFault> {
    let blob = Base64::decode_vec(encoded).map_err(|_| DAMAGED)?;
    let mut fields = Fields(&blob);
    check_name(fields.string()?)?;
    Ok(fields.string()?.to_vec())
}

fn check_name(name: &[u8]) -> Result<(), KeyFault> {
    match name {
        ED25519 => Ok(()),
        b"ssh-rsa" => Err(KeyFault::Algorithm("RSA")),
        b"ssh-dss" => Err(KeyFault::Algorithm("DSA")),
        name if name.starts_with(b"ecdsa-sha2-") => Err(KeyFault::Algorithm("ECDSA")),
        name if name.starts_with(b"sk-") => Err(KeyFault::Algorithm("a hardware token")),
        _ => Err(KeyFault::Algorithm("another algorithm")),
    }
}

/// Numbers and length-prefixed strings (RFC 4251 section 5), taken from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn number(&mut self) -> Result<u32, KeyFault> {
        let (bytes, rest) = self.0.split_first_chunk::<4>().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*bytes))
    }

    fn string(&mut self) -> Result<&'a [u8], KeyFault> {
        let length = usize::try_from(self.number()?).map_err(|_| DAMAGED)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(bytes)
    }
}
