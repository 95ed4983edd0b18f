//! Linking: a batch of texts becomes canonical bytes, payload hashes and chained record hashes.
use crate::canonical::{canonicalize, canonicalize_into, Scratch};
use crate::digest::{record_hash, Hash};
use crate::error::{Error, Refusal};
use crate::many::sha256_each;
use crate::workers::Workers;

/// A batch in its final form. Hashes stand one after the other, 32 bytes each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// The canonical texts, one after the other, in the pieces that the workers wrote.
    pub canonical: Vec<Vec<u8>>,
    /// Where each canonical text ends, the pieces joined.
    pub ends: Vec<usize>,
    /// SHA-256 of each canonical text.
    pub payload_hashes: Vec<u8>,
    /// The record hashes, each linked to the one before, with nonce 0.
    pub record_hashes: Vec<u8>,
}

/// Canonicalise, hash and chain a batch of JSON texts.
///
/// `ends[i]` is where text `i` ends in `texts`; the last one is the end of `texts`.
///
/// # Errors
/// [`Error::Refused`] for the first text that has no canonical form; [`Error::Length`] when `ends`
/// does not describe `texts`.
pub fn link(
    texts: &[u8],
    ends: &[usize],
    tag: &Hash,
    previous_hash: &Hash,
    workers: Workers<'_>,
) -> Result<Linked, Error> {
    let spans = spans(texts, ends)?;
    let share = workers.share(spans.len());
    let tasks: Vec<_> = spans.chunks(share).enumerate().collect();
    let parts = workers.map(tasks, |(task, spans)| payloads(spans, task * share));
    let mut linked = Linked::default();
    for part in parts {
        append(&mut linked, part?);
    }
    linked.record_hashes = chained(&linked.payload_hashes, tag, previous_hash);
    Ok(linked)
}

/// Hash and chain a batch of texts that are canonical already: the record hashes with nonce 0.
///
/// # Errors
/// [`Error::Length`] when `ends` does not describe `texts`.
pub fn chain(
    texts: &[u8],
    ends: &[usize],
    tag: &Hash,
    previous_hash: &Hash,
    workers: Workers<'_>,
) -> Result<Vec<u8>, Error> {
    let spans = spans(texts, ends)?;
    let tasks: Vec<_> = spans.chunks(workers.share(spans.len())).collect();
    let payloads = workers.map(tasks, |spans| sha256_each(spans).concat());
    Ok(chained(&payloads.concat(), tag, previous_hash))
}

/// Return each piece of `bytes` whose ends are given.
///
/// # Errors
/// [`Error::Length`] when an end lies before the one before it, or the last is not the end.
pub fn spans<'b>(bytes: &'b [u8], ends: &[usize]) -> Result<Vec<&'b [u8]>, Error> {
    let wrong = Error::Length {
        what: "ends",
        expected: "rising offsets, the last one the length of the bytes",
        found: ends.last().copied().unwrap_or(0),
    };
    if ends.last().copied().unwrap_or(0) != bytes.len() {
        return Err(wrong);
    }
    let mut start = 0;
    let mut pieces = Vec::with_capacity(ends.len());
    for &end in ends {
        pieces.push(bytes.get(start..end).ok_or_else(|| wrong.clone())?);
        start = end;
    }
    Ok(pieces)
}

/// What one task made of its texts.
#[derive(Default)]
struct Part {
    canonical: Vec<u8>,
    ends: Vec<usize>,
    payload_hashes: Vec<u8>,
}

/// Canonicalise and hash the texts of one task; `first` is the position of its first text.
fn payloads(texts: &[&[u8]], first: usize) -> Result<Part, Error> {
    let mut part = Part::default();
    part.canonical
        .reserve(texts.iter().map(|text| text.len()).sum());
    let mut scratch = Scratch::default();
    for (index, text) in texts.iter().enumerate() {
        let start = part.canonical.len();
        canonicalize_into(&mut part.canonical, text, &mut scratch)
            .map_err(|error| at_position(error, first + index))?;
        if scratch.has_large_whole() {
            // What is sealed must be canonical when it is read again; the second reading names the path.
            canonicalize(&part.canonical[start..])
                .map_err(|error| at_position(error, first + index))?;
        }
        part.ends.push(part.canonical.len());
    }
    part.payload_hashes = sha256_each(&spans(&part.canonical, &part.ends)?).concat();
    Ok(part)
}

fn at_position(error: Error, position: usize) -> Error {
    match error {
        Error::Refused(refusal) => Error::Refused(Refusal {
            position,
            ..refusal
        }),
        other => other,
    }
}

fn append(whole: &mut Linked, part: Part) {
    let offset = whole.ends.last().copied().unwrap_or(0);
    whole.ends.extend(part.ends.iter().map(|end| offset + end));
    whole.payload_hashes.extend_from_slice(&part.payload_hashes);
    whole.canonical.push(part.canonical);
}

fn chained(payload_hashes: &[u8], tag: &Hash, previous_hash: &Hash) -> Vec<u8> {
    let mut previous = *previous_hash;
    let mut hashes = Vec::with_capacity(payload_hashes.len());
    for payload in payload_hashes.as_chunks::<32>().0 {
        previous = record_hash(tag, &previous, payload, 0);
        hashes.extend_from_slice(&previous);
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{record_tag, sha256, ZERO};
    use crate::error::Reason;

    #[test]
    fn each_record_hash_is_linked_to_the_one_before() {
        let tag = record_tag("example.com/trail");
        let linked = link(b"{}[1]", &[2, 5], &tag, &ZERO, Workers::Caller).expect("both are JSON");
        let first = record_hash(&tag, &ZERO, &sha256(b"{}"), 0);
        let second = record_hash(&tag, &first, &sha256(b"[1]"), 0);
        assert_eq!(linked.record_hashes, [first, second].concat());
        assert_eq!(linked.ends, [2, 5]);
    }

    #[test]
    fn canonical_texts_are_chained_as_linking_chains_them() {
        let tag = record_tag("example.com/trail");
        let texts = b"{}[1]{\"a\":2}";
        let linked = link(texts, &[2, 5, 12], &tag, &ZERO, Workers::Caller).expect("JSON");
        let chained = chain(texts, &[2, 5, 12], &tag, &ZERO, Workers::Caller);
        assert_eq!(chained, Ok(linked.record_hashes));
    }

    #[test]
    fn a_refusal_says_which_text_it_is_about() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .build()
            .expect("two threads");
        let texts = b"{}{}{}{\"a\":NaN}";
        for workers in [Workers::Caller, Workers::Pool(&pool)] {
            let error = link(texts, &[2, 4, 6, 15], &ZERO, &ZERO, workers).expect_err("NaN");
            let refusal = Refusal {
                position: 3,
                path: "a".into(),
                reason: Reason::NotFinite,
            };
            assert_eq!(error, Error::Refused(refusal));
        }
    }

    #[test]
    fn ends_that_do_not_describe_the_texts_are_refused() {
        for ends in [&[][..], &[1], &[3, 2], &[2, 3]] {
            let answer = link(b"{}", ends, &ZERO, &ZERO, Workers::Caller);
            assert!(matches!(answer, Err(Error::Length { .. })), "{ends:?}");
        }
    }
}
