//! Which lines belong to the event before them: tracebacks, causes, frames, and what is indented.

use memchr::memmem;

/// What kind of lines the open event may still get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trace {
    /// Only what is indented.
    #[default]
    None,
    /// Frames of a Python traceback; its exception is still to come.
    Python,
    /// The exception came; another traceback may follow.
    PythonTold,
    /// Java, .NET, JavaScript: frames are indented, causes are not.
    Stack,
    /// Everything until the next line with a time.
    Go,
    /// The next line is the panic's message.
    RustBegun,
    /// Notes and frames of a Rust panic.
    Rust,
}

/// Whether a line without a time begins an event that is a traceback by itself.
#[must_use]
pub fn begins(line: &[u8]) -> Option<Trace> {
    match line.first()? {
        b'T' if is_traceback(line) => Some(Trace::Python),
        b'p' if line.starts_with(b"panic: ") => Some(Trace::Go),
        b'f' if line.starts_with(b"fatal error: ") => Some(Trace::Go),
        b't' if line.starts_with(b"thread '")
            && memmem::find(line, b"' panicked at ").is_some() =>
        {
            Some(Trace::RustBegun)
        }
        b't' if line.starts_with(b"thread '")
            && memmem::find(line, b") panicked at ").is_some() =>
        {
            Some(Trace::RustBegun)
        }
        b'E' if line.starts_with(b"Exception in thread ") => Some(Trace::Stack),
        b'U' if line.starts_with(b"Uncaught ") || line.starts_with(b"Unhandled ") => {
            Some(Trace::Stack)
        }
        _ => None,
    }
}

fn is_traceback(line: &[u8]) -> bool {
    line.starts_with(b"Traceback (most recent call last)")
}

/// Whether a line without a time joins the open event; then what that event may still get.
///
/// `is_text` says that the open event is a line of text with a time or a level: an exception under it is its own.
#[must_use]
pub fn joins(open: Trace, is_text: bool, line: &[u8]) -> Option<Trace> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Some(after_indented(open, line));
    }
    let told = line.starts_with(b"During handling of the above exception")
        || line.starts_with(b"The above exception was the direct cause");
    match open {
        Trace::Python if is_exception(line) => return Some(Trace::PythonTold),
        Trace::Python | Trace::PythonTold if told => return Some(Trace::PythonTold),
        Trace::PythonTold if is_traceback(line) => return Some(Trace::Python),
        Trace::Go => return Some(Trace::Go),
        Trace::RustBegun => return Some(Trace::Rust),
        Trace::Rust if line.starts_with(b"note: ") || line.starts_with(b"stack backtrace:") => {
            return Some(Trace::Rust)
        }
        _ => {}
    }
    if line.starts_with(b"Caused by: ") || line.starts_with(b"Suppressed: ") {
        return Some(Trace::Stack);
    }
    if !is_text {
        return None;
    }
    if is_traceback(line) {
        return Some(Trace::Python);
    }
    if line.starts_with(b"goroutine ") && line.ends_with(b"]:") {
        return Some(Trace::Go);
    }
    (is_qualified(line) && is_exception(line)).then_some(Trace::Stack)
}

fn after_indented(open: Trace, line: &[u8]) -> Trace {
    let text = line.trim_ascii_start();
    match open {
        Trace::None if text.starts_with(b"at ") || text.starts_with(b"File \"") => Trace::Stack,
        Trace::RustBegun => Trace::Rust,
        other => other,
    }
}

/// `ValueError: x`, `java.lang.IllegalStateException`, `subprocess.CalledProcessError: x`.
fn is_exception(line: &[u8]) -> bool {
    let name = &line[..memchr::memchr(b':', line).unwrap_or(line.len())];
    !name.is_empty()
        && name.len() <= 200
        && name
            .iter()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'$'))
        && !name[0].is_ascii_digit()
}

fn is_qualified(line: &[u8]) -> bool {
    let name = &line[..memchr::memchr(b':', line).unwrap_or(line.len())];
    let ends = [
        b"Exception".as_slice(),
        b"Error",
        b"Throwable",
        b"Exit",
        b"Interrupt",
    ];
    ends.iter().any(|it| name.ends_with(it))
}
