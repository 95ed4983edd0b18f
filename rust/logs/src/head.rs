//! What a line says of its event before its message begins.

use std::borrow::Cow;

use crate::level::Level;
use crate::when::Time;

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Format {
    /// One JSON object.
    Json,
    /// `key=value` pairs.
    Logfmt,
    /// RFC 5424.
    Syslog5424,
    /// RFC 3164.
    Syslog3164,
    /// Common and combined log format.
    Clf,
    /// journald's export format.
    JournalExport,
    /// journald's JSON.
    JournalJson,
    /// Docker's json-file.
    DockerJson,
    /// loguru's text.
    Loguru,
    /// Python's logging.
    Python,
    /// log4j, logback, java.util.logging.
    Java,
    /// Kubernetes' klog and glog.
    Klog,
    /// Kubernetes' container runtime interface.
    Cri,
    /// A Windows event as XML.
    WindowsEvent,
    /// A time and text.
    Dated,
    /// Text.
    Plain,
}

/// How many formats there are.
pub const FORMATS: usize = 16;

/// Their names as they cross to Python.
pub const FORMAT_NAMES: [&str; FORMATS] = [
    "json",
    "logfmt",
    "syslog-5424",
    "syslog-3164",
    "clf",
    "journal-export",
    "journal-json",
    "docker-json",
    "loguru",
    "python",
    "java",
    "klog",
    "cri",
    "windows-event",
    "dated",
    "plain",
];

impl Format {
    /// Whether its text values are written with JSON's escapes.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JournalJson | Self::DockerJson)
    }

    /// Whether it only wraps what a program wrote, line by line.
    pub(crate) fn wraps(self) -> bool {
        matches!(
            self,
            Self::Cri | Self::DockerJson | Self::JournalJson | Self::Syslog3164 | Self::Syslog5424
        )
    }
}

/// The kinds of ids, in the order of [`Head::ids`].
pub const ID_KINDS: [&str; 5] = ["request", "session", "trace", "span", "execution"];

/// What a line says.
#[derive(Debug, Clone)]
pub struct Head<'a> {
    /// How it is written.
    pub format: Format,
    /// When it happened.
    pub time: Option<Time>,
    /// How grave it is.
    pub level: Option<Level>,
    /// Who wrote it.
    pub logger: Option<&'a [u8]>,
    /// Of which service.
    pub service: Option<&'a [u8]>,
    /// On which machine.
    pub host: Option<&'a [u8]>,
    /// What it says.
    pub message: Cow<'a, [u8]>,
    /// Ids by kind.
    pub ids: [Option<&'a [u8]>; 5],
    /// Why it could not be parsed as what it looks like.
    pub flaw: Option<&'static str>,
    /// A traceback as a member of a JSON line, escapes and all.
    pub stack: Option<&'a [u8]>,
    /// `stdout` or `stderr`, where a container's log says so.
    pub stream: Option<&'a [u8]>,
    /// The rest of the message follows in the next line (CRI).
    pub is_partial: bool,
}

impl<'a> Head<'a> {
    /// A line that is nothing but its message.
    #[must_use]
    pub fn plain(line: &'a [u8]) -> Self {
        Self {
            format: Format::Plain,
            time: None,
            level: None,
            logger: None,
            service: None,
            host: None,
            message: Cow::Borrowed(line),
            ids: [None; 5],
            flaw: None,
            stack: None,
            stream: None,
            is_partial: false,
        }
    }

    /// The same with another format.
    #[must_use]
    pub(crate) fn of(format: Format, message: &'a [u8]) -> Self {
        Self {
            format,
            ..Self::plain(message)
        }
    }

    /// Take over what the wrapped text says: its own time and level win, but a time that is assumed never over one that is
    /// known.
    pub(crate) fn unwrap_with(&mut self, inner: Head<'a>) {
        if let Some(time) = inner.time {
            let is_better = self
                .time
                .is_none_or(|own| time.known as u8 <= own.known as u8);
            if is_better {
                self.time = Some(time);
            }
        }
        self.level = inner.level.or(self.level);
        self.logger = inner.logger.or(self.logger);
        self.service = inner.service.or(self.service);
        self.host = inner.host.or(self.host);
        for (own, found) in self.ids.iter_mut().zip(inner.ids) {
            *own = own.or(found);
        }
        self.stack = inner.stack.or(self.stack);
        self.message = inner.message;
    }
}
