//! Frames: how records stand in the one buffer that bulk verification reads.
use crate::digest::{Hash, ZERO};
use crate::error::Error;

/// The bytes of a frame beside its text and its block.
const FIXED: usize = 8 + 32 + 8 + 32 + 4 + 4;

/// One record as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'b> {
    /// The row's number.
    pub sequence: u64,
    /// The stored previous hash.
    pub previous_hash: &'b Hash,
    /// The stored nonce.
    pub nonce: u64,
    /// The stored record hash.
    pub record_hash: &'b Hash,
    /// The canonical bytes.
    pub canonical: &'b [u8],
    /// The signature block, empty for an unsigned record.
    pub block: &'b [u8],
}

impl<'b> Frame<'b> {
    /// Return the frame of a row, or None when a hash of it is not 32 bytes long.
    pub(super) fn of(row: &Row<'b>) -> Option<Self> {
        Some(Self {
            sequence: row.sequence,
            previous_hash: row.previous_hash.try_into().ok()?,
            nonce: row.nonce,
            record_hash: row.record_hash.try_into().ok()?,
            canonical: row.canonical,
            block: row.block,
        })
    }
}

/// A row as a store gives it: its hashes may have any length.
#[derive(Debug, Clone, Copy)]
pub struct Row<'b> {
    /// The row's number.
    pub sequence: u64,
    /// The stored previous hash.
    pub previous_hash: &'b [u8],
    /// The stored nonce.
    pub nonce: u64,
    /// The stored record hash.
    pub record_hash: &'b [u8],
    /// The canonical bytes.
    pub canonical: &'b [u8],
    /// The signature block, empty for an unsigned record.
    pub block: &'b [u8],
}

/// Return the frames of rows as one buffer.
///
/// # Errors
/// [`Error::Length`] when a text or a block takes more than a frame can say.
pub fn write_frames<'b>(rows: impl Iterator<Item = Row<'b>> + Clone) -> Result<Vec<u8>, Error> {
    let size = |row: Row<'_>| FIXED + row.canonical.len() + row.block.len();
    let mut buffer = Vec::with_capacity(rows.clone().map(size).sum());
    for row in rows {
        row.write(&mut buffer)?;
    }
    Ok(buffer)
}

impl Row<'_> {
    /// Append the row's frame to `buffer`; a hash that is not 32 bytes long is cut or filled with
    /// zeros, so that it shows as a wrong hash and not as a broken buffer.
    fn write(&self, buffer: &mut Vec<u8>) -> Result<(), Error> {
        buffer.extend_from_slice(&self.sequence.to_be_bytes());
        write_hash(buffer, self.previous_hash);
        buffer.extend_from_slice(&self.nonce.to_be_bytes());
        write_hash(buffer, self.record_hash);
        write_counted(buffer, self.canonical)?;
        write_counted(buffer, self.block)
    }
}

fn write_hash(buffer: &mut Vec<u8>, hash: &[u8]) {
    buffer.extend_from_slice(&mended(hash));
}

/// Return a stored hash as 32 bytes, cut or filled with zeros.
fn mended(hash: &[u8]) -> Hash {
    let mut whole = ZERO;
    let length = hash.len().min(32);
    whole[..length].copy_from_slice(&hash[..length]);
    whole
}

/// Return each hash of `rows` that is not 32 bytes long as what its frame would hold, in order.
pub(super) fn mended_hashes(rows: &[Row<'_>]) -> Vec<Hash> {
    let hashes = rows
        .iter()
        .flat_map(|row| [row.previous_hash, row.record_hash]);
    hashes.filter(|hash| hash.len() != 32).map(mended).collect()
}

/// Return the frames of rows where they stand; `mended` are their [`mended_hashes`].
pub(super) fn frames_of<'b>(
    rows: &'b [Row<'b>],
    mended: &'b [Hash],
) -> impl Iterator<Item = Frame<'b>> {
    let mut mended = mended.iter();
    let mut whole = move |hash: &'b [u8]| hash.try_into().ok().or_else(|| mended.next());
    rows.iter().map(move |row| Frame {
        sequence: row.sequence,
        previous_hash: whole(row.previous_hash).unwrap_or(&ZERO),
        nonce: row.nonce,
        record_hash: whole(row.record_hash).unwrap_or(&ZERO),
        canonical: row.canonical,
        block: row.block,
    })
}

fn write_counted(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(bytes.len()).map_err(|_| Error::Length {
        what: "text or block",
        expected: "less than 4 GiB",
        found: bytes.len(),
    })?;
    buffer.extend_from_slice(&length.to_be_bytes());
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// Return the frames of a buffer, and whether it was well-formed to its end.
#[must_use]
pub fn read_frames(buffer: &[u8]) -> (Vec<Frame<'_>>, bool) {
    let mut frames = Frames(buffer);
    (frames.by_ref().collect(), frames.is_at_end())
}

/// The frames of a buffer, one after the other; the last one stands before what is malformed.
pub(super) struct Frames<'b>(pub &'b [u8]);

impl Frames<'_> {
    /// Return whether nothing is left of the buffer.
    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'b> Iterator for Frames<'b> {
    type Item = Frame<'b>;

    fn next(&mut self) -> Option<Frame<'b>> {
        let (frame, rest) = read_frame(self.0)?;
        self.0 = rest;
        Some(frame)
    }
}

fn read_frame(bytes: &[u8]) -> Option<(Frame<'_>, &[u8])> {
    let (sequence, bytes) = bytes.split_first_chunk::<8>()?;
    let (previous_hash, bytes) = bytes.split_first_chunk::<32>()?;
    let (nonce, bytes) = bytes.split_first_chunk::<8>()?;
    let (record_hash, bytes) = bytes.split_first_chunk::<32>()?;
    let (canonical, bytes) = read_counted(bytes)?;
    let (block, rest) = read_counted(bytes)?;
    let frame = Frame {
        sequence: u64::from_be_bytes(*sequence),
        previous_hash,
        nonce: u64::from_be_bytes(*nonce),
        record_hash,
        canonical,
        block,
    };
    Some((frame, rest))
}

fn read_counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    bytes.split_at_checked(u32::from_be_bytes(*length) as usize)
}
