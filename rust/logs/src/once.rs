//! Reads bytes in memory on the caller's own thread.

use serde_json::{json, Value as Json};

use crate::block::Blocks;
use crate::drain::Drain;
use crate::merge::FileTotal;
use crate::request::{Error, Request};
use crate::row::text;
use crate::source::Source;
use crate::worker::Worker;

/// Return events, summary and templates of a log that is in memory, as one batch of [`crate::Reading`] would; the
/// request's paths are not looked at.
///
/// # Errors
/// The request makes no sense.
pub fn read_bytes(request: &Request, bytes: &[u8]) -> Result<Json, Error> {
    request.check()?;
    let source =
        Source::of_bytes(bytes.to_vec()).map_err(|error| Error::Request(error.to_string()))?;
    let (mut drain, mut rows) = (
        Drain::new(request.similarity, request.max_templates),
        b"[".to_vec(),
    );
    let mut total = FileTotal::new(request, 0, source.compression);
    let mut blocks = Blocks::new(source, request);
    let mut more = Vec::new();
    for block in blocks.by_ref() {
        let part = Worker::new(request, 0, 0).read(&block);
        total.add(part, request, &mut drain, &mut more);
    }
    rows.append(&mut more);
    rows.push(b']');
    let (fault, _) = blocks.end();
    let faults: Vec<_> = fault.into_iter().collect();
    let texts: Vec<String> = (0..drain.count()).map(|it| text(&drain.text(it))).collect();
    let events: Json =
        serde_json::from_slice(&rows).map_err(|error| Error::Request(error.to_string()))?;
    Ok(json!({"events": events, "summaries": [total.row(&faults, None)], "templates": texts}))
}
