//! Python values, written down as JSON text: what a record holds, on its way to its canonical form.
use ami_audit_chain::canonical::{write_double, write_string, DEPTH_LIMIT, SAFE_INTEGER};
use ami_audit_chain::{Error, Reason, Refusal};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::fault::attached;

/// A text is seldom longer than this.
const USUAL_LENGTH: usize = 2 << 10;

#[pyfunction]
pub fn encode<'py>(
    py: Python<'py>,
    values: &Bound<'py, PyList>,
) -> PyResult<(Bound<'py, PyBytes>, Vec<usize>)> {
    let (texts, ends) = attached(|| {
        let mut texts = Vec::with_capacity(values.len() * USUAL_LENGTH);
        let mut ends = Vec::with_capacity(values.len());
        for (position, value) in values.iter().enumerate() {
            write(&mut texts, &value, 0).ok_or_else(|| not_plain(position))?;
            ends.push(texts.len());
        }
        Ok((texts, ends))
    })?;
    Ok((PyBytes::new(py, &texts), ends))
}

fn not_plain(position: usize) -> Error {
    Error::Refused(Refusal {
        position,
        path: String::new(),
        reason: Reason::NotPlain,
    })
}

/// Append a value; None when it is not plain JSON. What was written by then is unfinished.
fn write(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> Option<()> {
    if let Ok(text) = value.cast::<PyString>() {
        write_string(out, text.to_str().ok()?);
    } else if let Ok(members) = value.cast::<PyDict>() {
        return write_members(out, members, below(depth)?);
    } else if let Ok(items) = value.cast::<PyList>() {
        return write_items(out, items.iter(), below(depth)?);
    } else if value.is_none() {
        out.extend_from_slice(b"null");
    } else if let Ok(truth) = value.cast::<PyBool>() {
        out.extend_from_slice(if truth.is_true() { b"true" } else { b"false" });
    } else if value.is_instance_of::<PyInt>() {
        let number: i64 = value.extract().ok()?;
        (number.unsigned_abs() <= SAFE_INTEGER).then_some(())?;
        out.extend_from_slice(number.to_string().as_bytes());
    } else if let Ok(number) = value.cast::<PyFloat>() {
        number.value().is_finite().then_some(())?;
        write_double(out, number.value());
    } else {
        return write_items(out, value.cast::<PyTuple>().ok()?.iter(), below(depth)?);
    }
    Some(())
}

fn below(depth: usize) -> Option<usize> {
    (depth < DEPTH_LIMIT).then_some(depth + 1)
}

fn write_members(out: &mut Vec<u8>, members: &Bound<'_, PyDict>, depth: usize) -> Option<()> {
    let mut mark = b'{';
    for (key, value) in members.iter() {
        out.push(mark);
        mark = b',';
        write_string(out, key.cast::<PyString>().ok()?.to_str().ok()?);
        out.push(b':');
        write(out, &value, depth)?;
    }
    out.extend_from_slice(if mark == b'{' { b"{}" } else { b"}" });
    Some(())
}

fn write_items<'py>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
) -> Option<()> {
    let mut mark = b'[';
    for item in items {
        out.push(mark);
        mark = b',';
        write(out, &item, depth)?;
    }
    out.extend_from_slice(if mark == b'[' { b"[]" } else { b"]" });
    Some(())
}
