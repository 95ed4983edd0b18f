//! Is every buffer of frames read and judged, and a well-formed one written back byte for byte?
#![no_main]
use ami_audit_chain::signatures::{read_block, sigset_hash};
use ami_audit_chain::slice::{
    read_frames, verify_slice, write_frames, Expectation, Fault, Frame, Keys, Row,
};
use ami_audit_chain::Workers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|buffer: &[u8]| {
    let (frames, is_whole) = read_frames(buffer);
    if is_whole {
        let written = write_frames(frames.iter().map(row)).expect("what was read is no longer");
        assert_eq!(written, buffer);
    }
    for frame in &frames {
        assert_eq!(
            read_block(frame.block).is_some(),
            sigset_hash(frame.block).is_some()
        );
    }
    let keys = Keys::default();
    let expected = Expectation {
        origin: "example.org/trail",
        first_sequence: 0,
        previous_hash: [0; 32],
        previous_recorded_at: "",
        minimum_bits: 0,
        keys: &keys,
    };
    let verdict = verify_slice(buffer, &expected, Workers::Caller);
    assert_eq!(verdict.leaf_hashes.len(), 32 * frames.len());
    assert_eq!(
        verdict
            .faults
            .iter()
            .any(|(_, fault)| *fault == Fault::Frame),
        !is_whole
    );
    let end = frames.len() as u64 + u64::from(!is_whole);
    assert!(verdict.faults.iter().all(|(position, _)| *position < end));
    assert!(verdict.faults.is_sorted());
});

fn row<'b>(frame: &Frame<'b>) -> Row<'b> {
    Row {
        sequence: frame.sequence,
        previous_hash: frame.previous_hash,
        nonce: frame.nonce,
        record_hash: frame.record_hash,
        canonical: frame.canonical,
        block: frame.block,
    }
}
