//! Which paths git tracks: its index, read along with the walk.
//!
//! The index lists its paths in the order of their bytes, as the walk does, so one pass over the file answers every
//! question and no more than one entry is held. (Format: gitformat-index(5).)

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use rustix::fd::OwnedFd;
use rustix::fs::{openat, Mode, OFlags};

/// What of an entry stands before its object name, and the flags after it.
const STAT_BYTES: usize = 40;
const FLAG_BYTES: usize = 2;
const HAS_MORE_FLAGS: u16 = 0x4000;

/// An index being read; questions must come in the order of their paths' bytes.
pub struct Tracked {
    file: BufReader<File>,
    version: u32,
    hash_bytes: usize,
    remaining: u32,
    /// The entry the reading stands at; None at the end.
    current: Option<Vec<u8>>,
}

impl Tracked {
    /// Open the index of a worktree's store; None when there is none that can be read. `shared` holds the settings.
    pub fn open(store: &OwnedFd, shared: &OwnedFd) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(store, c"index", flags, Mode::empty()).ok()?;
        let mut file = BufReader::new(File::from(file));
        let mut header = [0; 12];
        file.read_exact(&mut header).ok()?;
        let (magic, numbers) = header.split_at(4);
        let version = u32::from_be_bytes(numbers[..4].try_into().ok()?);
        if magic != b"DIRC" || !(2..=4).contains(&version) {
            return None;
        }
        let remaining = u32::from_be_bytes(numbers[4..].try_into().ok()?);
        let hash_bytes = if is_sha256(shared) { 32 } else { 20 };
        let mut tracked = Self {
            file,
            version,
            hash_bytes,
            remaining,
            current: Some(Vec::new()),
        };
        tracked.advance();
        Some(tracked)
    }

    /// Whether git tracks the file of that path, or, for a path that ends in a slash, anything below it.
    pub fn holds(&mut self, path: &[u8]) -> bool {
        while self.current.as_deref().is_some_and(|it| it < path) {
            self.advance();
        }
        let is_directory = path.ends_with(b"/");
        self.current
            .as_deref()
            .is_some_and(|it| it == path || (is_directory && it.starts_with(path)))
    }

    fn advance(&mut self) {
        let mut name = self.current.take().unwrap_or_default();
        if self.remaining > 0 && self.read_entry(&mut name).is_ok() {
            self.remaining -= 1;
            self.current = Some(name);
        }
    }

    /// Replace the previous entry's name by the next one's.
    fn read_entry(&mut self, name: &mut Vec<u8>) -> io::Result<()> {
        let mut fixed = [0; STAT_BYTES + 32 + FLAG_BYTES];
        let mut length = STAT_BYTES + self.hash_bytes + FLAG_BYTES;
        self.file.read_exact(&mut fixed[..length])?;
        let flags = u16::from_be_bytes([fixed[length - 2], fixed[length - 1]]);
        if self.version >= 3 && flags & HAS_MORE_FLAGS != 0 {
            self.file.read_exact(&mut fixed[..FLAG_BYTES])?;
            length += FLAG_BYTES;
        }
        let kept = if self.version == 4 {
            name.len().saturating_sub(self.read_number()?)
        } else {
            0
        };
        name.truncate(kept);
        self.file.read_until(0, name)?;
        if name.pop() != Some(0) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.version < 4 {
            // One to eight NULs end an entry at a multiple of eight bytes; the first was just read.
            self.file
                .read_exact(&mut fixed[..7 - (length + name.len()) % 8])?;
        }
        Ok(())
    }

    /// Read a number in the variable width of pack offsets.
    fn read_number(&mut self) -> io::Result<usize> {
        let mut byte = [0];
        self.file.read_exact(&mut byte)?;
        let mut number = usize::from(byte[0] & 0x7f);
        while byte[0] & 0x80 != 0 {
            self.file.read_exact(&mut byte)?;
            number = (number.saturating_add(1) << 7) | usize::from(byte[0] & 0x7f);
        }
        Ok(number)
    }
}

/// Whether the repository names its objects by SHA-256 (`extensions.objectFormat`).
fn is_sha256(store: &OwnedFd) -> bool {
    let Some(text) = crate::rules::read(store, c"config") else {
        return false;
    };
    let text = String::from_utf8_lossy(&text).to_lowercase();
    text.lines().any(|line| {
        line.split('=')
            .map(str::trim)
            .eq(["objectformat", "sha256"])
    })
}
