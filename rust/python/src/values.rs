//! Python values, written down as JSON text: what a record holds, on its way to its canonical form.
use std::ops::Range;

use ami_audit_chain::canonical::{
    is_large_whole, write_double, write_string, DEPTH_LIMIT, SAFE_INTEGER, SIZE_LIMIT,
};
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
) -> PyResult<(Bound<'py, PyBytes>, Vec<usize>, bool)> {
    let (writer, ends) = attached(|| {
        let mut writer = Writer::new(values.len() * USUAL_LENGTH);
        let mut ends: Vec<usize> = Vec::with_capacity(values.len());
        for (position, value) in values.iter().enumerate() {
            let start = writer.out.len();
            writer.value(&value, 0).ok_or_else(|| not_plain(position))?;
            writer.is_canonical &= writer.out.len() - start <= SIZE_LIMIT;
            ends.push(writer.out.len());
        }
        Ok((writer, ends))
    })?;
    Ok((PyBytes::new(py, &writer.out), ends, writer.is_canonical))
}

fn not_plain(position: usize) -> Error {
    Error::Refused(Refusal {
        position,
        path: String::new(),
        reason: Reason::NotPlain,
    })
}

/// Writes values one after the other. Where a method answers None, the value is not plain JSON.
struct Writer {
    out: Vec<u8>,
    /// Whether the members of every object are known to stand in the order of RFC 8785 3.2.3.
    is_canonical: bool,
    /// The members of the objects that are being written, outermost first.
    members: Vec<Member>,
    spare: Vec<u8>,
}

/// Where a member and its key's inside stand in the output.
#[derive(Clone)]
struct Member {
    key: Range<usize>,
    whole: Range<usize>,
}

impl Writer {
    fn new(length: usize) -> Self {
        Self {
            out: Vec::with_capacity(length),
            is_canonical: true,
            members: Vec::new(),
            spare: Vec::new(),
        }
    }

    fn value(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Option<()> {
        if let Ok(text) = value.cast::<PyString>() {
            write_string(&mut self.out, text.to_str().ok()?);
        } else if let Ok(members) = value.cast::<PyDict>() {
            return self.object(members, below(depth)?);
        } else if let Ok(items) = value.cast::<PyList>() {
            return self.items(items.iter(), below(depth)?);
        } else if value.is_none() {
            self.out.extend_from_slice(b"null");
        } else if let Ok(truth) = value.cast::<PyBool>() {
            let word: &[u8] = if truth.is_true() { b"true" } else { b"false" };
            self.out.extend_from_slice(word);
        } else if value.is_instance_of::<PyInt>() {
            let number: i64 = value.extract().ok()?;
            (number.unsigned_abs() <= SAFE_INTEGER).then_some(())?;
            self.out.extend_from_slice(number.to_string().as_bytes());
        } else if let Ok(number) = value.cast::<PyFloat>() {
            let number = number.value();
            (number.is_finite() && !is_large_whole(number)).then_some(())?;
            write_double(&mut self.out, number);
        } else {
            return self.items(value.cast::<PyTuple>().ok()?.iter(), below(depth)?);
        }
        Some(())
    }

    fn object(&mut self, members: &Bound<'_, PyDict>, depth: usize) -> Option<()> {
        self.out.push(b'{');
        let (first, body) = (self.members.len(), self.out.len());
        for (key, value) in members.iter() {
            if self.members.len() > first {
                self.out.push(b',');
            }
            let start = self.out.len();
            let key = key.cast::<PyString>().ok()?;
            let key = key.to_str().ok()?;
            write_string(&mut self.out, key);
            let inside = start + 1..self.out.len() - 1;
            // Bytes sort as UTF-16 does while they are ASCII; an escape makes the written key longer.
            self.is_canonical &= key.is_ascii() && inside.len() == key.len();
            self.out.push(b':');
            self.value(&value, depth)?;
            self.members.push(Member {
                key: inside,
                whole: start..self.out.len(),
            });
        }
        self.sort(first, body);
        self.members.truncate(first);
        self.out.push(b'}');
        Some(())
    }

    /// Lay the members from `first` on, which fill the output from `body` on, out in the order of their keys.
    fn sort(&mut self, first: usize, body: usize) {
        let (out, members) = (&mut self.out, &mut self.members[first..]);
        let follows = |pair: &[Member]| out[pair[0].key.clone()] < out[pair[1].key.clone()];
        if members.windows(2).all(follows) {
            return;
        }
        members.sort_by(|one, other| out[one.key.clone()].cmp(&out[other.key.clone()]));
        self.is_canonical &= members.windows(2).all(follows);
        self.spare.clear();
        for member in members.iter() {
            if !self.spare.is_empty() {
                self.spare.push(b',');
            }
            self.spare.extend_from_slice(&out[member.whole.clone()]);
        }
        out[body..].copy_from_slice(&self.spare);
    }

    fn items<'py>(
        &mut self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        depth: usize,
    ) -> Option<()> {
        let mut mark = b'[';
        for item in items {
            self.out.push(mark);
            mark = b',';
            self.value(&item, depth)?;
        }
        let end: &[u8] = if mark == b'[' { b"[]" } else { b"]" };
        self.out.extend_from_slice(end);
        Some(())
    }
}

fn below(depth: usize) -> Option<usize> {
    (depth < DEPTH_LIMIT).then_some(depth + 1)
}
