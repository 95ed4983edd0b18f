//! Files with holes: what was never written is hashed as zeros without being read.

use rustix::fd::BorrowedFd;
use rustix::fs::{seek, SeekFrom};
use rustix::io::Errno;

use crate::fault::Fault;
use crate::read::Reader;

/// Feed the reader the whole file, holes as zeros.
pub fn feed(reader: &mut Reader<'_>, file: BorrowedFd<'_>, size: u64) -> Result<(), Fault> {
    let mut at = 0;
    while at < size {
        let data = data_from(file, at, size)?;
        reader.feed_zeros(data - at)?;
        let hole = hole_from(file, data, size)?;
        reader.feed_range(file, data, hole)?;
        at = hole;
    }
    Ok(())
}

/// Where data begins at or after `at`; `size` when only a hole follows.
fn data_from(file: BorrowedFd<'_>, at: u64, size: u64) -> Result<u64, Fault> {
    match seek(file, SeekFrom::Data(at)) {
        Ok(found) => Ok(found.clamp(at, size)),
        Err(Errno::NXIO) => Ok(size),
        Err(Errno::INVAL) => Ok(at), // the file system knows of no holes
        Err(errno) => Err(Fault::of_read(errno, at)),
    }
}

fn hole_from(file: BorrowedFd<'_>, at: u64, size: u64) -> Result<u64, Fault> {
    match seek(file, SeekFrom::Hole(at)) {
        Ok(found) if found > at => Ok(found.min(size)),
        Ok(_) | Err(Errno::NXIO | Errno::INVAL) => Ok(size),
        Err(errno) => Err(Fault::of_read(errno, at)),
    }
}
