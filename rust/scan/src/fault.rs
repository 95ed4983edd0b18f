//! Why something about an entry could not be known, and what is odd about it.

use rustix::io::Errno;
use serde::Serialize;

/// One thing that could not be known or is odd, as the row carries it: `[kind, reason]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault(pub Kind, pub String);

/// What went wrong; the names are part of the rows' format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was listed in its directory and gone when it was looked at.
    Vanished,
    /// It may not be opened.
    Unreadable,
    /// Another thing stood under its name when it was opened.
    Replaced,
    /// Its content never held still.
    ChangedWhileRead,
    /// Opening worked, reading did not.
    ReadFailed,
    /// The path is too long to be recorded.
    PathTooLong,
    /// A time stamp that no calendar year 1 to 9999 holds.
    TimeOutOfRange,
    /// Its extended attributes could not be read.
    AttributesUnread,
    /// It has more extended attributes than are told.
    AttributesOmitted,
    /// Its access control list is none.
    AclBroken,
    /// Its capabilities are none.
    CapabilitiesBroken,
    /// It grants capabilities to whoever runs it.
    Capabilities,
    /// It runs as its owner, whoever runs it.
    Setuid,
    /// It runs with its group, whoever runs it.
    Setgid,
    /// It runs as another, and others than its owner may rewrite it.
    PrivilegedWritable,
    /// Everybody may write it.
    WorldWritable,
}

impl Kind {
    /// The name as it stands in rows and in observations.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vanished => "vanished",
            Self::Unreadable => "unreadable",
            Self::Replaced => "replaced",
            Self::ChangedWhileRead => "changed-while-read",
            Self::ReadFailed => "read-failed",
            Self::PathTooLong => "path-too-long",
            Self::TimeOutOfRange => "time-out-of-range",
            Self::AttributesUnread => "attributes-unread",
            Self::AttributesOmitted => "attributes-omitted",
            Self::AclBroken => "acl-broken",
            Self::CapabilitiesBroken => "capabilities-broken",
            Self::Capabilities => "capabilities",
            Self::Setuid => "setuid",
            Self::Setgid => "setgid",
            Self::PrivilegedWritable => "privileged-writable",
            Self::WorldWritable => "world-writable",
        }
    }
}

impl Fault {
    /// The fault of not being able to open or stat something.
    pub fn of_open(errno: Errno) -> Self {
        let kind = match errno {
            Errno::NOENT => Kind::Vanished,
            Errno::LOOP | Errno::NOTDIR | Errno::NXIO => Kind::Replaced,
            _ => Kind::Unreadable,
        };
        Self(kind, spoken(errno))
    }

    /// The fault of a read that failed at this offset.
    pub fn of_read(errno: Errno, offset: u64) -> Self {
        Self(
            Kind::ReadFailed,
            format!("{} at byte {offset}", spoken(errno)),
        )
    }
}

/// The operating system's words for an error, without its number.
pub fn spoken(errno: Errno) -> String {
    let mut text = std::io::Error::from(errno).to_string();
    if let Some(at) = text.find(" (os error") {
        text.truncate(at);
    }
    text.to_lowercase()
}
