//! POSIX access control lists, as the kernel hands them over.

use serde::Serialize;

/// The attributes that hold them.
pub const ACCESS: &[u8] = b"system.posix_acl_access";
pub const DEFAULT: &[u8] = b"system.posix_acl_default";

const VERSION: u32 = 2;
const HEADER: usize = 4;
const ENTRY: usize = 8;

/// Entries that are told; an ext4 list holds some five hundred.
const MOST: usize = 4096;

/// Who besides owner, group and others may do what.
#[derive(Debug, Default, Serialize)]
pub struct Lists {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access: Vec<Entry>,
    /// What new files in a directory will get.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default: Vec<Entry>,
}

impl Lists {
    pub fn is_empty(&self) -> bool {
        self.access.is_empty() && self.default.is_empty()
    }
}

/// One line of a list; `id` names the user or the group where the line is about one.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    pub permissions: String,
    pub tag: &'static str,
}

/// Read a list, or say what is wrong with its bytes.
pub fn read(value: &[u8]) -> Result<Vec<Entry>, String> {
    let (version, entries) = value
        .split_first_chunk::<HEADER>()
        .ok_or_else(|| format!("{} bytes are no list", value.len()))?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(format!("version {version} is not known"));
    }
    if entries.len() % ENTRY != 0 {
        return Err(format!("{} bytes do not end with an entry", value.len()));
    }
    if entries.len() / ENTRY > MOST {
        return Err(format!("it has more than {MOST} entries"));
    }
    entries.chunks_exact(ENTRY).map(entry).collect()
}

fn entry(bytes: &[u8]) -> Result<Entry, String> {
    let number = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let id = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    let (tag, is_named) = match number(0) {
        0x01 => ("owner", false),
        0x02 => ("user", true),
        0x04 => ("owning-group", false),
        0x08 => ("group", true),
        0x10 => ("mask", false),
        0x20 => ("other", false),
        unknown => return Err(format!("tag {unknown:#x} is not known")),
    };
    let permissions = number(2);
    if permissions > 7 {
        return Err(format!("permissions {permissions:#x} are not known"));
    }
    Ok(Entry {
        id: is_named.then_some(id),
        permissions: [(4, 'r'), (2, 'w'), (1, 'x')]
            .map(|(bit, letter)| if permissions & bit == 0 { '-' } else { letter })
            .iter()
            .collect(),
        tag,
    })
}

#[cfg(test)]
mod tests {
    use super::{read, Entry};

    fn list(entries: &[(u16, u16, u32)]) -> Vec<u8> {
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, permissions, id) in entries {
            bytes.extend_from_slice(&tag.to_le_bytes());
            bytes.extend_from_slice(&permissions.to_le_bytes());
            bytes.extend_from_slice(&id.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn only_named_lines_carry_a_number() {
        let read = read(&list(&[
            (1, 6, u32::MAX),
            (2, 4, 1000),
            (0x10, 5, u32::MAX),
        ]));
        let told = |id, permissions: &str, tag| Entry {
            id,
            permissions: permissions.to_owned(),
            tag,
        };
        let expected = vec![
            told(None, "rw-", "owner"),
            told(Some(1000), "r--", "user"),
            told(None, "r-x", "mask"),
        ];
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn bytes_that_are_no_list_are_refused_with_their_fault() {
        for (bytes, fault) in [
            (vec![], "0 bytes are no list"),
            (vec![2, 0, 0], "3 bytes are no list"),
            (vec![1, 0, 0, 0], "version 1 is not known"),
            (vec![2, 0, 0, 0, 1], "5 bytes do not end with an entry"),
            (list(&[(3, 4, 0)]), "tag 0x3 is not known"),
            (list(&[(2, 8, 0)]), "permissions 0x8 are not known"),
            (
                list(&[(1, 4, 0)].repeat(4097)),
                "it has more than 4096 entries",
            ),
        ] {
            assert_eq!(read(&bytes), Err(fault.to_owned()));
        }
        assert_eq!(read(&list(&[])), Ok(vec![]));
    }
}
