//! The content of one regular file, read once as it stands still.

use std::ffi::CStr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{fstat, openat, Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::attributes::{self, Attributes, Holder};
use crate::content::{Sniffer, Verdict};
use crate::fault::{Fault, Kind};
use crate::mime;
use crate::sparse;
use crate::status::Status;

/// Bytes read at once; a large file is streamed through one buffer of this size.
pub const BUFFER: usize = 1 << 20;

/// How often a file that changes under the reader is read before that is told.
const ATTEMPTS: u32 = 3;

/// What reading a file gave.
pub struct Reading {
    pub sha256: [u8; 32],
    pub verdict: Verdict,
    pub mime: &'static str,
    /// The file's status after its last byte was read; the one before was the same.
    pub status: Status,
    pub attributes: Attributes,
}

/// What one thread needs to read files: its buffer, and what is learnt on the way.
pub struct Reader<'a> {
    buffer: Vec<u8>,
    hasher: Sha256,
    sniffer: Sniffer,
    stop: &'a AtomicBool,
    read_bytes: &'a AtomicU64,
}

impl<'a> Reader<'a> {
    /// A reader that gives up when `stop` is set and adds what it read to `read_bytes`.
    pub fn new(stop: &'a AtomicBool, read_bytes: &'a AtomicU64) -> Self {
        Self {
            buffer: vec![0; BUFFER],
            hasher: Sha256::new(),
            sniffer: Sniffer::default(),
            stop,
            read_bytes,
        }
    }

    /// Read and hash the file of that name, again when it changes meanwhile.
    pub fn read(&mut self, directory: &OwnedFd, name: &CStr) -> Result<Reading, Fault> {
        for _ in 0..ATTEMPTS {
            if let Some(reading) = self.attempt(directory, name)? {
                return Ok(reading);
            }
        }
        Err(Fault(
            Kind::ChangedWhileRead,
            format!("it changed during each of {ATTEMPTS} reads"),
        ))
    }

    fn attempt(&mut self, directory: &OwnedFd, name: &CStr) -> Result<Option<Reading>, Fault> {
        let file = open(directory, name).map_err(Fault::of_open)?;
        let before = status_of(&file)?;
        if !before.is_regular() {
            return Err(Fault(
                Kind::Replaced,
                "it was no regular file any more when it was opened".into(),
            ));
        }
        self.sniffer.clear();
        self.hasher = Sha256::new();
        if before.is_sparse() && before.size > BUFFER as u64 {
            sparse::feed(self, file.as_fd(), before.size)?;
        } else {
            // procfs tells 0 and gives more: read such a file to its end.
            self.feed_range(
                file.as_fd(),
                0,
                if before.size == 0 {
                    u64::MAX
                } else {
                    before.size
                },
            )?;
        }
        let attributes = attributes::read(&Holder::opened(&file));
        let after = status_of(&file)?;
        Ok(after
            .is_untouched_since(&before)
            .then(|| self.reading(name, after, attributes)))
    }

    fn reading(&mut self, name: &CStr, status: Status, attributes: Attributes) -> Reading {
        let verdict = self.sniffer.verdict();
        Reading {
            sha256: std::mem::take(&mut self.hasher).finalize().into(),
            mime: mime::label(name.to_bytes(), self.sniffer.head(), verdict.kind),
            verdict,
            status,
            attributes,
        }
    }

    /// Take in the bytes of the file from `start` up to `end` or its last byte.
    pub fn feed_range(&mut self, file: BorrowedFd<'_>, start: u64, end: u64) -> Result<(), Fault> {
        let mut at = start;
        while at < end {
            let mut buffer = std::mem::take(&mut self.buffer);
            let filled = fill(file, &mut buffer, at, end);
            self.buffer = buffer;
            let length = filled?;
            if length == 0 {
                break;
            }
            at += length as u64;
            self.take(length)?;
        }
        Ok(())
    }

    /// Take in that many bytes of zero, as a hole holds them.
    pub fn feed_zeros(&mut self, mut count: u64) -> Result<(), Fault> {
        self.buffer[..].fill(0);
        while count > 0 {
            let length = usize::try_from(count).unwrap_or(BUFFER).min(BUFFER);
            self.take(length)?;
            count -= length as u64;
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<(), Fault> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Fault(Kind::ReadFailed, "the scan was stopped".into()));
        }
        let chunk = &self.buffer[..length];
        self.hasher.update(chunk);
        self.sniffer.feed(chunk);
        self.read_bytes.fetch_add(length as u64, Ordering::Relaxed);
        Ok(())
    }
}

/// Open a file to read, never following a link, never waiting for a FIFO's other end, leaving its access time alone.
fn open(directory: &OwnedFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    match openat(directory, name, flags | OFlags::NOATIME, Mode::empty()) {
        // Only a file's owner may ask not to touch its access time.
        Err(Errno::PERM) => openat(directory, name, flags, Mode::empty()),
        opened => opened,
    }
}

fn status_of(file: &OwnedFd) -> Result<Status, Fault> {
    fstat(file)
        .map(Status::from)
        .map_err(|errno| Fault::of_read(errno, 0))
}

/// Fill the buffer from `at`, never past `end`; return how much was there.
fn fill(file: BorrowedFd<'_>, buffer: &mut [u8], at: u64, end: u64) -> Result<usize, Fault> {
    let wanted = usize::try_from(end - at)
        .unwrap_or(usize::MAX)
        .min(buffer.len());
    let mut filled = 0;
    while filled < wanted {
        let from = at + filled as u64;
        match rustix::io::pread(file, &mut buffer[filled..wanted], from) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Fault::of_read(errno, from)),
        }
    }
    Ok(filled)
}
