//! How grave an event is: words, letters and numbers of many systems brought to six levels.

/// A level, from the least grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Finer than debug.
    Trace,
    /// For who mends the program.
    Debug,
    /// As expected.
    Info,
    /// Unexpected, and went on.
    Warning,
    /// Something was not done.
    Error,
    /// The program cannot go on.
    Critical,
}

/// How many slots a count by level needs: the levels, and none.
pub const SLOTS: usize = 7;

/// The names of those slots.
pub const NAMES: [&str; SLOTS] = [
    "trace", "debug", "info", "warning", "error", "critical", "none",
];

impl Level {
    /// Its name as it crosses to Python.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The level of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        use Level::{Critical, Debug, Error, Info, Trace, Warning};
        [Trace, Debug, Info, Warning, Error, Critical]
            .into_iter()
            .find(|it| it.name() == name)
    }

    /// The slot of a count by level.
    #[must_use]
    pub fn slot(level: Option<Self>) -> usize {
        level.map_or(SLOTS - 1, |it| it as usize)
    }
}

/// The level a word means, whatever its case.
#[must_use]
pub fn of_word(word: &[u8]) -> Option<Level> {
    let mut lower = [0_u8; 13];
    if word.len() < 3 || word.len() > lower.len() {
        return None;
    }
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    Some(match &lower[..word.len()] {
        b"trace" | b"trc" | b"finest" | b"finer" | b"silly" => Level::Trace,
        b"debug" | b"dbg" | b"fine" | b"verbose" | b"debug1" | b"debug2" | b"debug3"
        | b"debug4" | b"debug5" => Level::Debug,
        b"info" | b"inf" | b"information" | b"informational" | b"notice" | b"success"
        | b"config" | b"log" => Level::Info,
        b"warn" | b"warning" | b"wrn" => Level::Warning,
        b"error" | b"err" | b"eror" | b"severe" => Level::Error,
        b"critical" | b"crit" | b"fatal" | b"ftl" | b"alert" | b"emerg" | b"emergency"
        | b"panic" => Level::Critical,
        _ => return None,
    })
}

/// The level of one capital letter, as Android, klog and glog write it.
#[must_use]
pub fn of_letter(letter: u8) -> Option<Level> {
    Some(match letter {
        b'V' | b'T' => Level::Trace,
        b'D' => Level::Debug,
        b'I' => Level::Info,
        b'W' => Level::Warning,
        b'E' => Level::Error,
        b'F' | b'C' => Level::Critical,
        _ => return None,
    })
}

/// The level of a syslog priority: its last three bits are the severity.
#[must_use]
pub fn of_priority(priority: u32) -> Level {
    match priority & 7 {
        0..=2 => Level::Critical,
        3 => Level::Error,
        4 => Level::Warning,
        5 | 6 => Level::Info,
        _ => Level::Debug,
    }
}

/// The level of a number under `level`: syslog's below 8, else pino's and bunyan's tens.
#[must_use]
pub fn of_number(number: u32) -> Option<Level> {
    Some(match number {
        0..=7 => of_priority(number),
        10..=19 => Level::Trace,
        20..=29 => Level::Debug,
        30..=39 => Level::Info,
        40..=49 => Level::Warning,
        50..=59 => Level::Error,
        60..=69 => Level::Critical,
        _ => return None,
    })
}

/// The level of Python's `levelno`.
#[must_use]
pub fn of_python(number: u32) -> Level {
    match number {
        0..=9 => Level::Trace,
        10..=19 => Level::Debug,
        20..=29 => Level::Info,
        30..=39 => Level::Warning,
        40..=49 => Level::Error,
        _ => Level::Critical,
    }
}

/// The level of OpenTelemetry's severity number, 1 to 24.
#[must_use]
pub fn of_severity_number(number: u32) -> Option<Level> {
    Some(match number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warning,
        17..=20 => Level::Error,
        21..=24 => Level::Critical,
        _ => return None,
    })
}

/// The level of an HTTP answer.
#[must_use]
pub fn of_status(status: u32) -> Option<Level> {
    match status {
        100..=399 => Some(Level::Info),
        400..=499 => Some(Level::Warning),
        500..=599 => Some(Level::Error),
        _ => None,
    }
}
