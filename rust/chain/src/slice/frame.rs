//! Frames: how records stand in the one buffer that bulk verification reads.
use crate::digest::Hash;

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

/// Return the frames of a buffer, and whether it was well-formed to its end.
#[must_use]
pub fn read_frames(buffer: &[u8]) -> (Vec<Frame<'_>>, bool) {
    let mut frames = Vec::new();
    let mut rest = buffer;
    while !rest.is_empty() {
        let Some((frame, after)) = read_frame(rest) else {
            return (frames, false);
        };
        frames.push(frame);
        rest = after;
    }
    (frames, true)
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
