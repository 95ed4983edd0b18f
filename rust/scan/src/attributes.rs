//! Extended attributes: what stands beside a file's content, with what is known of its meaning.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;

use rustix::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use rustix::fs::{fgetxattr, flistxattr, lgetxattr, llistxattr};
use rustix::io::Errno;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::acl::{self, Lists};
use crate::capability::{self, Capabilities};
use crate::fault::{spoken, Fault, Kind};
use crate::row::Integer;
use crate::text::{bytes_if_inexact, hex, readable};

/// The kernel's own limits for all names and for one value.
const LONGEST: usize = 1 << 16;

/// Attributes that are told, and bytes of values that are read; what is beyond them is counted.
const MOST: usize = 64;
const MOST_BYTES: usize = 4 << 20;

/// Bytes of a value that are told as text, and as hex; a longer one is told by its hash.
const LONGEST_TEXT: usize = 256;
const LONGEST_HEX: usize = 64;

/// What security modules put on everything.
const LABELS: &[&[u8]] = &[
    b"security.SMACK64",
    b"security.apparmor",
    b"security.evm",
    b"security.ima",
    b"security.selinux",
];

/// Words in a name behind which a value is told by its hash alone.
const PRIVATE: &[&str] = &["credential", "key", "passw", "secret", "token"];

/// Where attributes are read from.
pub enum Holder<'a> {
    /// An opened file.
    Opened(BorrowedFd<'a>),
    /// A name that is not opened and not followed, by way of its directory's descriptor.
    Named(CString),
}

impl<'a> Holder<'a> {
    pub fn opened(file: &'a OwnedFd) -> Self {
        Self::Opened(file.as_fd())
    }

    pub fn named(directory: &OwnedFd, name: &CStr) -> Self {
        let mut path = format!("/proc/self/fd/{}/", directory.as_raw_fd()).into_bytes();
        path.extend_from_slice(name.to_bytes());
        // Neither part holds a NUL.
        Self::Named(CString::new(path).unwrap_or_default())
    }

    fn list(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self {
            Self::Opened(file) => flistxattr(file, buffer),
            Self::Named(path) => llistxattr(path.as_c_str(), buffer),
        }
    }

    fn get(&self, name: &[u8], buffer: &mut [u8]) -> Result<usize, Errno> {
        let name = std::ffi::OsStr::from_bytes(name);
        match self {
            Self::Opened(file) => fgetxattr(file, name, buffer),
            Self::Named(path) => lgetxattr(path.as_c_str(), name, buffer),
        }
    }

    /// Whether there is any attribute that not every file has; names that cannot be told count.
    pub fn has_notable(&self) -> bool {
        match self.list(&mut [0; 1]) {
            Ok(0) | Err(Errno::NOTSUP | Errno::NOSYS) => false,
            _ => names(self).map_or(true, |it| each(&it).any(|name| !LABELS.contains(&name))),
        }
    }
}

/// The attributes of one file.
#[derive(Debug, Default)]
pub struct Attributes {
    pub lists: Lists,
    pub capabilities: Option<Capabilities>,
    pub others: Vec<Attribute>,
    pub omitted: u64,
    pub faults: Vec<Fault>,
    /// SHA-256 over all names and values; None where there are none.
    pub digest: Option<[u8; 32]>,
}

/// One attribute as it is told.
#[derive(Debug, Serialize)]
pub struct Attribute {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_bytes: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_hex: Option<String>,
}

/// Read all attributes, in the order of their names' bytes.
pub fn read(holder: &Holder<'_>) -> Attributes {
    let mut found = Attributes::default();
    let names = match names(holder) {
        Ok(names) if names.is_empty() => return found,
        Ok(names) => names,
        Err(errno) => {
            found.fail("their names cannot be listed", errno);
            return found;
        }
    };
    let mut names: Vec<&[u8]> = each(&names).collect();
    names.sort_unstable();
    let (mut hasher, mut buffer, mut left) = (Sha256::new(), vec![0; LONGEST], MOST_BYTES);
    for name in names {
        hasher.update(name);
        hasher.update([0]);
        if left == 0 {
            found.omitted += 1;
            continue;
        }
        match holder.get(name, &mut buffer) {
            Ok(length) => {
                let value = &buffer[..length];
                hasher.update((length as u64).to_be_bytes());
                hasher.update(value);
                left = left.saturating_sub(length.max(1));
                found.take(name, value);
            }
            Err(Errno::NODATA) => {} // taken away since
            Err(errno) => found.miss(name, errno),
        }
    }
    if found.omitted > 0 {
        let reason = format!("{} of them are not told", found.omitted);
        found.faults.push(Fault(Kind::AttributesOmitted, reason));
    }
    found.digest = Some(hasher.finalize().into());
    found
}

fn names(holder: &Holder<'_>) -> Result<Vec<u8>, Errno> {
    let mut small = [0; 1024];
    match holder.list(&mut small) {
        Ok(length) => Ok(small[..length].to_vec()),
        Err(Errno::NOTSUP | Errno::NOSYS) => Ok(Vec::new()),
        Err(Errno::RANGE) => {
            let mut large = vec![0; LONGEST];
            holder.list(&mut large).map(|length| {
                large.truncate(length);
                large
            })
        }
        Err(errno) => Err(errno),
    }
}

/// The names in a list, each of which ends with a NUL.
fn each(names: &[u8]) -> impl Iterator<Item = &[u8]> {
    names.split(|byte| *byte == 0).filter(|it| !it.is_empty())
}

impl Attributes {
    fn take(&mut self, name: &[u8], value: &[u8]) {
        let (kind, fault) = match name {
            acl::ACCESS | acl::DEFAULT => match acl::read(value) {
                Ok(list) if name == acl::ACCESS => return self.lists.access = list,
                Ok(list) => return self.lists.default = list,
                Err(fault) => (Kind::AclBroken, fault),
            },
            capability::NAME => match capability::read(value) {
                Ok(found) => return self.capabilities = Some(found),
                Err(fault) => (Kind::CapabilitiesBroken, fault),
            },
            _ => return self.tell(attribute(name, value)),
        };
        self.faults.push(Fault(kind, fault));
        self.tell(attribute(name, value));
    }

    fn tell(&mut self, attribute: Attribute) {
        if self.others.len() < MOST {
            self.others.push(attribute);
        } else {
            self.omitted += 1;
        }
    }

    fn miss(&mut self, name: &[u8], errno: Errno) {
        self.fail(&format!("`{}` cannot be read", readable(name)), errno);
        self.tell(Attribute {
            unread: Some(spoken(errno)),
            ..nothing_of(name)
        });
    }

    fn fail(&mut self, what: &str, errno: Errno) {
        let reason = format!("{what}: {}", spoken(errno));
        self.faults.push(Fault(Kind::AttributesUnread, reason));
    }
}

fn nothing_of(name: &[u8]) -> Attribute {
    Attribute {
        name: readable(name).into_owned(),
        name_bytes: bytes_if_inexact(name),
        sha256: None,
        size_bytes: None,
        unread: None,
        value: None,
        value_hex: None,
    }
}

fn attribute(name: &[u8], value: &[u8]) -> Attribute {
    let mut told = nothing_of(name);
    told.size_bytes = Some(Integer(value.len() as u64));
    let is_private = is_private(&told.name);
    match text_of(value).filter(|it| !is_private && !has_password(it)) {
        Some(text) => told.value = Some(text.to_owned()),
        None if value.len() <= LONGEST_HEX && !is_private && text_of(value).is_none() => {
            told.value_hex = Some(hex(value));
        }
        None => told.sha256 = Some(hex(&Sha256::digest(value))),
    }
    told
}

/// A short value as text; programs written in C count the NUL at the end.
fn text_of(value: &[u8]) -> Option<&str> {
    let value = value.strip_suffix(b"\0").unwrap_or(value);
    let text = std::str::from_utf8(value).ok()?;
    (value.len() <= LONGEST_TEXT && !text.chars().any(char::is_control)).then_some(text)
}

fn is_private(name: &str) -> bool {
    let name = name.to_lowercase();
    PRIVATE.iter().any(|it| name.contains(it))
}

/// Whether a text is an address that may carry a password; downloads keep theirs in `user.xdg.origin.url`.
fn has_password(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(_, rest)| rest.contains(['@', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::attribute;

    fn told(name: &[u8], value: &[u8]) -> serde_json::Value {
        serde_json::to_value(attribute(name, value)).unwrap_or_default()
    }

    #[test]
    fn a_short_text_is_told_and_all_else_by_hex_or_hash() {
        assert_eq!(told(b"user.a", b"text")["value"], "text");
        assert_eq!(told(b"security.selinux", b"a:b:c\0")["value"], "a:b:c");
        assert_eq!(told(b"user.a", b"\x01\xff")["value_hex"], "01ff");
        let long = told(b"user.a", &[b'x'; 257]);
        assert_eq!(
            (&long["size_bytes"], &long["value"]),
            (&257.into(), &serde_json::Value::Null)
        );
        assert_eq!(long["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(told(b"user.\xff", b"")["name_bytes"], "757365722eff");
    }

    #[test]
    fn what_may_be_a_secret_is_told_by_its_hash() {
        for (name, value) in [
            ("user.api_token", "abc"),
            ("user.SecretThing", "\u{1}"),
            ("user.xdg.origin.url", "https://me:word@example.org/a"),
            ("user.xdg.origin.url", "https://example.org/a?signature=abc"),
        ] {
            let told = told(name.as_bytes(), value.as_bytes());
            assert!(told["sha256"].is_string(), "{name}");
            assert!(
                told["value"].is_null() && told["value_hex"].is_null(),
                "{name}"
            );
        }
        assert!(told(b"user.xdg.origin.url", b"https://example.org/a")["value"].is_string());
    }
}
