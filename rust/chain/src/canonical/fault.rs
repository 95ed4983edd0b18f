//! A refusal on its way out of the parser, gathering its path.
use crate::error::{Reason, Refusal};

/// The outcome of one step of the parser.
pub(super) type Step<T> = Result<T, Fault>;

/// What is wrong and where; boxed, so that the good path returns one word.
pub(super) struct Fault(Box<Trace>);

/// The reason, and the path to the value, innermost segment first.
struct Trace {
    reason: Reason,
    segments: Vec<String>,
}

impl Fault {
    #[cold]
    pub(super) fn new(reason: Reason) -> Self {
        let segments = Vec::new();
        Self(Box::new(Trace { reason, segments }))
    }

    #[cold]
    pub(super) fn under_key(self, key: &str) -> Self {
        self.under(key_segment(key))
    }

    #[cold]
    pub(super) fn under_index(self, index: usize) -> Self {
        self.under(format!("[{index}]"))
    }

    pub(super) fn into_refusal(self) -> Refusal {
        let Trace { reason, segments } = *self.0;
        let path: String = segments.into_iter().rev().collect();
        Refusal {
            position: 0,
            path: path.strip_prefix('.').unwrap_or(&path).to_owned(),
            reason,
        }
    }

    fn under(mut self, segment: String) -> Self {
        // Size is a property of the whole text: its refusal names no value.
        if self.0.reason != Reason::TooLarge {
            self.0.segments.push(segment);
        }
        self
    }
}

/// Return `.key`, or `["key"]` when the key would read as more than one segment.
fn key_segment(key: &str) -> String {
    let is_plain = !key.is_empty()
        && !key.chars().any(|c| {
            matches!(c, '.' | '[' | ']' | '"' | '\\') || c.is_whitespace() || c.is_control()
        });
    if is_plain {
        return format!(".{key}");
    }
    let mut quoted = Vec::new();
    super::write_string(&mut quoted, key);
    format!("[{}]", String::from_utf8_lossy(&quoted))
}
