//! Which records of a batch begin in a way that is looked for.
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyBytesMethods, PyTuple};

/// Where the canonical text stands in a record as Python holds it.
const TEXT: usize = 5;

#[pyfunction]
#[pyo3(signature = (records, starts, *, usual))]
#[allow(clippy::needless_pass_by_value)] // Python hands both lists over.
pub fn starting(
    records: Vec<Bound<'_, PyTuple>>,
    starts: Vec<Bound<'_, PyBytes>>,
    usual: &[u8],
) -> PyResult<Vec<usize>> {
    let starts: Vec<&[u8]> = starts.iter().map(PyBytesMethods::as_bytes).collect();
    // Nearly every record begins in the usual way and goes on as none that is looked for does.
    let mut goes_on = [starts.iter().any(|start| start.len() <= usual.len()); 256];
    for start in &starts {
        if let Some(byte) = start.get(usual.len()) {
            goes_on[usize::from(*byte)] = true;
        }
    }
    let mut found = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let text = record.get_borrowed_item(TEXT)?;
        let text: &[u8] = text.extract()?;
        let is_usual = text.strip_prefix(usual).is_some_and(|rest| {
            rest.first()
                .is_some_and(|byte| !goes_on[usize::from(*byte)])
        });
        if !is_usual
            && (!text.starts_with(usual) || starts.iter().any(|start| text.starts_with(start)))
        {
            found.push(index);
        }
    }
    Ok(found)
}
