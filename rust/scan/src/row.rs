//! The rows a scan hands over: one JSON array an entry, its facts in the order of canonical JSON.

use serde::{Serialize, Serializer};

use crate::acl::Lists;
use crate::attributes::Attribute;
use crate::capability::Capabilities;
use crate::fault::Fault;
use crate::link::Link;

/// `[target, owner, group, observed, facts, faults]`; see `observe` for what each means.
#[derive(Debug, Serialize)]
pub struct Row(
    pub String,
    pub Option<u32>,
    pub Option<u32>,
    pub String,
    pub Facts,
    pub Vec<Fault>,
);

/// What a record's context will hold. `group` and `owner` are written null: who has names for them fills them in.
#[derive(Debug, Default, Serialize)]
pub struct Facts {
    #[serde(skip_serializing_if = "Lists::is_empty")]
    pub acl: Lists,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocated_bytes: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Capabilities>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inode: Option<Integer>,
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<Integer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub special_bits: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// The file system that holds it, by the numbers of its device.
    pub volume: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub xattrs: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xattrs_omitted: Option<Integer>,
}

/// A count as JSON can hold it: beyond 2^53−1 two readers may see two numbers, so it is written as text.
#[derive(Debug, Clone, Copy)]
pub struct Integer(pub u64);

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 < 1 << 53 {
            serializer.serialize_u64(self.0)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}
