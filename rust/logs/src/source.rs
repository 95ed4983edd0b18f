//! One log file as a stream of bytes, decompressed.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use rustix::fs::{fstat, open, FileType, Mode, OFlags};

/// Why a file's end may be missing, as it crosses to Python: kind and reason.
pub type Fault = (&'static str, String);

/// Hex SHA-256 of a file as it lies on disk, and its size.
pub type Digest = (String, u64);

/// A file that is being read.
pub struct Source {
    reader: Box<dyn Read + Send>,
    hasher: Option<Arc<Mutex<Hasher>>>,
    /// How it is compressed, if it is.
    pub compression: Option<&'static str>,
    /// When it was last written, microseconds since 1970.
    pub modified_us: i64,
}

const AT_A_TIME: usize = 1 << 14;
const BUFFER: usize = 1 << 18;
/// No window larger than this is allocated for what a frame's head claims.
const ZSTD_WINDOW: u64 = 128 << 20;
const XZ_MEMORY_KIB: u32 = 256 << 10;

impl Source {
    /// Open the file at that path, if it is a regular one; `digest` hashes it on the way.
    ///
    /// # Errors
    /// It cannot be opened or is no regular file.
    pub fn open(path: &Path, digest: bool) -> Result<Self, Fault> {
        let unreadable = |error: rustix::io::Errno| ("unreadable", spoken(&error.into()));
        // Opening a pipe must not wait for its writer.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = File::from(open(path, flags, Mode::empty()).map_err(unreadable)?);
        let status = fstat(&file).map_err(unreadable)?;
        if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
            return Err(("not-a-file", "it is no regular file".to_owned()));
        }
        #[allow(clippy::unnecessary_cast, clippy::cast_possible_wrap)]
        // Their width differs by platform.
        let modified_us = (status.st_mtime as i64)
            .saturating_mul(1_000_000)
            .saturating_add(status.st_mtime_nsec as i64 / 1000);
        let hasher = digest.then(Arc::default);
        let file = Hashed {
            file,
            hasher: hasher.clone(),
        };
        let (compression, reader) =
            decoded(file).map_err(|error| ("unreadable", spoken(&error)))?;
        Ok(Self {
            reader,
            hasher,
            compression,
            modified_us,
        })
    }

    /// Bytes in memory, as a file would give them.
    pub fn of_bytes(bytes: Vec<u8>) -> io::Result<Self> {
        let (compression, reader) = decoded(Cursor::new(bytes))?;
        Ok(Self {
            reader,
            hasher: None,
            compression,
            modified_us: 0,
        })
    }

    /// Fill the buffer as far as the stream goes.
    ///
    /// # Errors
    /// The stream is damaged or ends too early; what came before is in the buffer, its length in the pair.
    pub fn fill(&mut self, buffer: &mut [u8]) -> (usize, Option<Fault>) {
        let mut length = 0;
        // What a decoder holds when it finds damage is lost, so it is asked for little at a time.
        let most = if self.compression.is_some() {
            AT_A_TIME
        } else {
            buffer.len()
        };
        while length < buffer.len() {
            let end = buffer.len().min(length + most);
            match self.reader.read(&mut buffer[length..end]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (length, Some(self.fault(&error))),
            }
        }
        (length, None)
    }

    /// The digest of what was read, if it was asked for.
    pub fn digest(&self) -> Option<Digest> {
        let hasher = self
            .hasher
            .as_ref()?
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut hex = String::with_capacity(64);
        for byte in hasher.sha256.clone().finalize() {
            for digit in [byte >> 4, byte & 15] {
                hex.extend(char::from_digit(digit.into(), 16));
            }
        }
        Some((hex, hasher.size))
    }

    fn fault(&self, error: &io::Error) -> Fault {
        match self.compression {
            None => ("unreadable", spoken(error)),
            Some(name) if error.kind() == io::ErrorKind::UnexpectedEof => (
                "truncated",
                format!("the {name} stream ends before its end"),
            ),
            Some(name) => (
                "damaged",
                format!("the {name} stream is damaged: {}", spoken(error)),
            ),
        }
    }
}

#[derive(Default)]
struct Hasher {
    sha256: Sha256,
    size: u64,
}

/// A file that is hashed as it is read.
struct Hashed {
    file: File,
    hasher: Option<Arc<Mutex<Hasher>>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        if let Some(hasher) = &self.hasher {
            let mut hasher = hasher.lock().unwrap_or_else(PoisonError::into_inner);
            hasher.sha256.update(&buffer[..length]);
            hasher.size += length as u64;
        }
        Ok(length)
    }
}

type Opened = (Option<&'static str>, Box<dyn Read + Send>);
/// A stream with its first bytes put before it again.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

fn decoded<R: Read + Send + 'static>(mut file: R) -> io::Result<Opened> {
    let mut start = vec![0; 6];
    let mut length = 0;
    while length < start.len() {
        match file.read(&mut start[length..])? {
            0 => break,
            more => length += more,
        }
    }
    start.truncate(length);
    let magic = start.clone();
    let whole: Whole<R> = Cursor::new(start).chain(file);
    let buffered = |whole| BufReader::with_capacity(BUFFER, whole);
    Ok(match magic.as_slice() {
        [0x1f, 0x8b, ..] => (
            Some("gzip"),
            Box::new(flate2::bufread::MultiGzDecoder::new(buffered(whole))),
        ),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => (Some("zstd"), Box::new(Zstd::new(buffered(whole)))),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => (
            Some("xz"),
            Box::new(lzma_rust2::XzReader::new_mem_limit(
                buffered(whole),
                true,
                XZ_MEMORY_KIB,
            )),
        ),
        [b'B', b'Z', b'h', b'1'..=b'9', ..] => (
            Some("bzip2"),
            Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(whole))),
        ),
        _ => (None, Box::new(whole)),
    })
}

/// Zstandard frames one after the other.
struct Zstd<R: Read> {
    input: Option<BufReader<Whole<R>>>,
    frame: Option<Frame<R>>,
}

type Frame<R> =
    ruzstd::decoding::StreamingDecoder<BufReader<Whole<R>>, ruzstd::decoding::FrameDecoder>;

impl<R: Read> Zstd<R> {
    fn new(input: BufReader<Whole<R>>) -> Self {
        Self {
            input: Some(input),
            frame: None,
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let length = frame.read(buffer)?;
                if length > 0 || buffer.is_empty() {
                    return Ok(length);
                }
                let found = frame.decoder.get_checksum_from_data();
                if found.is_some() && found != frame.decoder.get_calculated_checksum() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a checksum is wrong",
                    ));
                }
                self.input = self
                    .frame
                    .take()
                    .map(ruzstd::decoding::StreamingDecoder::into_inner);
            }
            let Some(mut input) = self.input.take() else {
                return Ok(0);
            };
            if io::BufRead::fill_buf(&mut input)?.is_empty() {
                return Ok(0);
            }
            let frame =
                ruzstd::decoding::StreamingDecoder::new_with_max_window_size(input, ZSTD_WINDOW);
            let invalid = |error: ruzstd::decoding::errors::FrameDecoderError| {
                io::Error::new(io::ErrorKind::InvalidData, error.to_string())
            };
            self.frame = Some(frame.map_err(invalid)?);
        }
    }
}

/// The operating system's words for an error, without its number.
fn spoken(error: &io::Error) -> String {
    let mut text = error.to_string();
    if let Some(at) = text.find(" (os error") {
        text.truncate(at);
    }
    text.to_lowercase()
}
