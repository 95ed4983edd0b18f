//! What `stat` tells of an entry, in one shape on every platform.

use rustix::fs::{FileType, Stat};

/// The fields of `stat` a record is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub device: u64,
    pub inode: u64,
    pub mode: u32,
    pub links: u64,
    pub owner: u32,
    pub group: u32,
    pub special_device: u64,
    pub size: u64,
    /// 512-byte blocks really allocated.
    pub blocks: u64,
    pub modified: (i64, u32),
    pub changed: (i64, u32),
}

impl Status {
    pub fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.mode)
    }

    pub fn is_regular(&self) -> bool {
        self.file_type() == FileType::RegularFile
    }

    /// Whether both are the same inode of the same file system.
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Whether content may differ between two looks at one file.
    pub fn is_untouched_since(&self, before: &Self) -> bool {
        (self.size, self.modified, self.changed) == (before.size, before.modified, before.changed)
    }

    /// Microseconds since 1970 of the last change of content, saturating.
    pub fn modified_us(&self) -> i64 {
        let (seconds, nanoseconds) = self.modified;
        seconds
            .saturating_mul(1_000_000)
            .saturating_add(i64::from(nanoseconds / 1000))
    }

    /// Whether parts of the file are holes.
    pub fn is_sparse(&self) -> bool {
        self.blocks.saturating_mul(512) < self.size
    }
}

// The kernel's types differ by architecture; on some the conversions below are no-ops.
#[allow(
    clippy::useless_conversion,
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation
)]
impl From<Stat> for Status {
    fn from(stat: Stat) -> Self {
        Self {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            mode: stat.st_mode as u32,
            links: stat.st_nlink as u64,
            owner: stat.st_uid,
            group: stat.st_gid,
            special_device: stat.st_rdev as u64,
            size: stat.st_size as u64,
            blocks: stat.st_blocks as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u32),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u32),
        }
    }
}
