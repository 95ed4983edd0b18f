//! Parts of the reading of logs, one by one: times, levels, masks.
use ami_audit_logs::{leading_time, level_of_word, masked, Calendar, KNOWN};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

#[pyfunction]
#[pyo3(signature = (text, *, year, reference_us, zone))]
pub fn log_time(
    text: &[u8],
    year: Option<i64>,
    reference_us: i64,
    zone: Vec<(i64, i32)>,
) -> Option<(i64, &'static str, usize)> {
    let calendar = Calendar {
        year,
        reference_us,
        zone,
    };
    let (time, length) = leading_time(text, &calendar)?;
    Some((time.us, KNOWN[time.known as usize], length))
}

#[pyfunction]
pub fn log_level(word: &[u8]) -> Option<&'static str> {
    level_of_word(word).map(ami_audit_logs::Level::name)
}

#[pyfunction]
pub fn log_words<'py>(py: Python<'py>, message: &[u8]) -> Bound<'py, PyBytes> {
    let mut words = Vec::new();
    masked(message, &mut words);
    PyBytes::new(py, &words)
}
