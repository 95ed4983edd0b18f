//! What is odd about who may do what with a file.

use rustix::fs::FileType;

use crate::fault::{Fault, Kind};
use crate::status::Status;

const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;

/// Bits for which a directory is told of though nothing else about directories is.
const TOLD_OF_DIRECTORIES: u32 = SETUID | SETGID | STICKY | OTHERS_WRITE;

/// Whether a directory's rights are more than owner, group and others reading.
pub fn is_notable(directory: &Status) -> bool {
    directory.mode & TOLD_OF_DIRECTORIES != 0
}

/// What is odd about the mode of a file or a directory. Links and devices are judged by where they lead.
pub fn odd(status: &Status) -> Vec<Fault> {
    let mode = status.mode;
    let has = |bits: u32| mode & bits != 0;
    let told = |kind| Fault(kind, format!("mode {:04o}", mode & 0o7777));
    let mut found = Vec::new();
    match status.file_type() {
        FileType::RegularFile => {
            if has(SETUID | SETGID) && has(GROUP_WRITES | OTHERS_WRITE) {
                found.push(told(Kind::PrivilegedWritable));
            }
            if has(SETUID) {
                found.push(told(Kind::Setuid));
            }
            if has(SETGID) {
                found.push(told(Kind::Setgid));
            }
            if has(OTHERS_WRITE) {
                found.push(told(Kind::WorldWritable));
            }
        }
        // In a sticky directory nobody can take away what another has put there.
        FileType::Directory if has(OTHERS_WRITE) && !has(STICKY) => {
            found.push(told(Kind::WorldWritable));
        }
        _ => {}
    }
    found
}
