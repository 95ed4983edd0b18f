//! Opening a file that may be anything, and finding out what language it is in.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use encoding_rs_io::DecodeReaderBytesBuilder;
use rustix::fs::OFlags;
use tokei::{Config, LanguageType};

/// Why a file was not counted.
pub type Refusal = String;

/// Return a regular file's language and text; None when no language is known for it.
///
/// A link is not followed and nothing but a regular file is read, whatever stands under the name by now.
pub fn open(
    path: &Path,
    largest_bytes: u64,
) -> Result<Option<(LanguageType, Vec<u8>, u64)>, Refusal> {
    let named = by_name(path);
    if named.is_none() && path.extension().is_some() {
        return Ok(None);
    }
    let file = open_regular(path).map_err(|error| said(&error))?;
    let size = file.metadata().map_err(|error| said(&error))?.len();
    let Some(language) = named.or_else(|| by_first_line(&file)) else {
        return Ok(None);
    };
    if size > largest_bytes {
        return Err(format!("larger than {} MiB", largest_bytes >> 20));
    }
    let text = read(file, largest_bytes, size).map_err(|error| said(&error))?;
    Ok(Some((language, text, size)))
}

/// The language that the name alone tells. Below no folder, so that nothing is opened for it.
fn by_name(path: &Path) -> Option<LanguageType> {
    let nowhere = Path::new("/dev/null").join(path.file_name()?);
    LanguageType::from_path(nowhere, &Config::default())
}

/// The language that a first line such as `#!/bin/sh` tells; of this very file, not of whatever has its name.
fn by_first_line(file: &File) -> Option<LanguageType> {
    LanguageType::from_shebang(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

fn open_regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("no regular file any more"))
    }
}

/// Read as tokei does: a byte order mark decides on the encoding. A file that grows meanwhile ends at the limit.
fn read(file: File, largest_bytes: u64, size: u64) -> io::Result<Vec<u8>> {
    let mut raw = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(largest_bytes).read_to_end(&mut raw)?;
    if !is_marked(&raw) {
        return Ok(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    DecodeReaderBytesBuilder::new()
        .build(raw.as_slice())
        .read_to_end(&mut text)?;
    Ok(text)
}

fn is_marked(raw: &[u8]) -> bool {
    [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"]
        .iter()
        .any(|mark| raw.starts_with(mark))
}

fn said(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound => "vanished".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
