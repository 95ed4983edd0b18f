//! Verification of a slice: every damage is found, and named at the record that bears it.
mod trail;

use ami_audit_chain::digest::leaf_hash;
use ami_audit_chain::signatures::sigset_hash;
use ami_audit_chain::slice::{verify_slice, Expectation, Fault, Keys};
use ami_audit_chain::Workers;
use trail::{
    block, faults, frames, key_entry, moment, seal, trail, verdict, verdict_of, ORIGIN, SEED,
};

#[test]
fn a_whole_trail_has_no_fault() {
    let records = trail(6);
    let verdict = verdict(&records);
    assert_eq!(verdict.faults, []);
    assert_eq!(verdict.last_hash, records[5].record_hash);
    assert_eq!(verdict.last_recorded_at, moment(5));
    assert_eq!(verdict.unsigned, 1);
    let leaves = records.iter().flat_map(|record| {
        let sigset = sigset_hash(&record.block).expect("well-formed");
        leaf_hash(record.sequence, &record.record_hash, &sigset)
    });
    assert_eq!(verdict.leaf_hashes, leaves.collect::<Vec<u8>>());
}

#[test]
fn an_empty_slice_answers_what_it_was_given() {
    let verdict = verdict(&[]);
    assert_eq!((verdict.faults.len(), verdict.last_hash), (0, [0; 32]));
    assert!(verdict.leaf_hashes.is_empty() && verdict.last_recorded_at.is_empty());
}

#[test]
fn any_flipped_bit_names_its_own_record_and_no_other() {
    let whole = trail(4);
    let sizes: Vec<usize> = whole
        .iter()
        .map(|record| frames(std::slice::from_ref(record)).len())
        .collect();
    let start = sizes[0];
    for at in start..start + sizes[1] {
        let mut buffer = frames(&whole);
        buffer[at] ^= 1 << (at % 8);
        let found = verdict_of(&buffer, &key_entry(&SEED, 0, u64::MAX), 0).faults;
        assert!(!found.is_empty(), "byte {at} of the buffer");
        let is_cut = found.iter().any(|(_, fault)| *fault == Fault::Frame);
        let others = found.iter().filter(|(position, _)| *position != 1);
        assert!(is_cut || others.count() == 0, "byte {at}: {found:?}");
    }
}

#[test]
fn a_changed_text_is_a_hash_fault() {
    let mut records = trail(4);
    let text = String::from_utf8(records[1].canonical.clone()).expect("UTF-8");
    records[1].canonical = text.replace("note", "gift").into_bytes();
    assert_eq!(faults(&records), [(1, Fault::Hash)]);
}

#[test]
fn a_text_sealed_in_another_spelling_is_a_form_fault_alone() {
    let mut records = trail(2);
    let text = String::from_utf8(records[1].canonical.clone()).expect("UTF-8");
    let spaced = text.replacen(':', ": ", 1).into_bytes();
    records[1] = seal(1, records[0].record_hash, spaced);
    assert_eq!(faults(&records), [(1, Fault::Form)]);
}

#[test]
fn a_changed_record_hash_does_not_blame_the_next_link() {
    let mut records = trail(4);
    records[1].record_hash[0] ^= 1;
    assert_eq!(faults(&records), [(1, Fault::Hash), (1, Fault::Signature)]);
}

#[test]
fn a_record_sealed_anew_breaks_the_link_after_it() {
    let mut records = trail(4);
    let text = records[1].canonical.clone();
    let forged = String::from_utf8(text)
        .expect("UTF-8")
        .replace("note", "gift");
    records[1] = seal(1, records[0].record_hash, forged.into_bytes());
    assert_eq!(faults(&records), [(2, Fault::Link)]);
}

#[test]
fn a_removed_record_is_a_gap_at_one_place() {
    let mut records = trail(6);
    records.remove(3);
    assert_eq!(faults(&records), [(3, Fault::Sequence), (3, Fault::Link)]);
}

#[test]
fn two_records_in_each_others_place_are_both_named() {
    let mut records = trail(6);
    records.swap(2, 3);
    let mut named: Vec<u64> = faults(&records).iter().map(|fault| fault.0).collect();
    named.dedup();
    assert_eq!(named, [2, 3, 4]);
}

#[test]
fn a_changed_row_number_disagrees_with_its_content_alone() {
    let mut records = trail(5);
    records[2].sequence = 9;
    assert_eq!(
        faults(&records),
        [(2, Fault::Sequence), (2, Fault::Content)]
    );
}

#[test]
fn a_moment_before_the_last_one_is_a_time_fault() {
    let mut records = trail(3);
    let text = format!(r#"{{"recorded_at":"{}","sequence":3}}"#, moment(1));
    records.push(seal(3, records[2].record_hash, text.into_bytes()));
    assert_eq!(faults(&records), [(3, Fault::Time)]);
}

#[test]
fn a_record_without_a_moment_or_a_number_is_named() {
    let mut records = trail(3);
    records.push(seal(
        3,
        records[2].record_hash,
        b"{\"sequence\":3}".to_vec(),
    ));
    assert_eq!(faults(&records), [(3, Fault::Time)]);
    records[3] = seal(3, records[2].record_hash, b"[]".to_vec());
    assert_eq!(faults(&records), [(3, Fault::Content), (3, Fault::Time)]);
}

#[test]
fn too_little_work_is_a_bits_fault_at_every_such_record() {
    let records = trail(3);
    let found = verdict_of(&frames(&records), &key_entry(&SEED, 0, u64::MAX), 200).faults;
    let expected: Vec<_> = (0..3).map(|position| (position, Fault::Bits)).collect();
    assert_eq!(found, expected);
}

#[test]
fn keys_count_only_where_they_are_valid() {
    let buffer = frames(&trail(4));
    let early = verdict_of(&buffer, &key_entry(&SEED, 0, 3), 0).faults;
    assert_eq!(early, [(3, Fault::KeyNotValid)]);
    let split = [key_entry(&SEED, 0, 1), key_entry(&SEED, 3, 4)].concat();
    assert_eq!(
        verdict_of(&buffer, &split, 0).faults,
        [(1, Fault::KeyNotValid)]
    );
    let unknown: Vec<_> = [0, 1, 3]
        .map(|position| (position, Fault::UnknownKey))
        .into();
    assert_eq!(verdict_of(&buffer, &[], 0).faults, unknown);
}

#[test]
fn a_signature_over_another_record_does_not_verify() {
    let mut records = trail(4);
    records[1].block = block(&SEED, &records[0].record_hash);
    assert_eq!(faults(&records), [(1, Fault::Signature)]);
}

#[test]
fn a_malformed_block_is_named_and_changes_the_leaf() {
    let records = trail(4);
    let mut damaged = records.clone();
    damaged[2].block = vec![1];
    let found = verdict(&damaged);
    assert_eq!(found.faults, [(2, Fault::SignatureBlock)]);
    assert_ne!(found.leaf_hashes, verdict(&records).leaf_hashes);
}

#[test]
fn a_buffer_cut_anywhere_is_a_frame_fault_after_the_whole_records() {
    let records = trail(2);
    let buffer = frames(&records);
    let one = frames(&records[..1]).len();
    for end in one + 1..buffer.len() {
        let found = verdict_of(&buffer[..end], &key_entry(&SEED, 0, u64::MAX), 0).faults;
        assert_eq!(found, [(1, Fault::Frame)], "{end} bytes");
    }
}

#[test]
fn many_threads_find_what_one_finds() {
    let mut records = trail(50);
    for position in [0, 7, 8, 31, 49] {
        records[position].canonical[12] = b'N';
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .expect("three threads");
    let keys = Keys::read(&key_entry(&SEED, 0, u64::MAX)).expect("one entry");
    let expected = Expectation {
        origin: ORIGIN,
        first_sequence: 0,
        previous_hash: [0; 32],
        previous_recorded_at: "",
        minimum_bits: 0,
        keys: &keys,
    };
    let spread = verify_slice(&frames(&records), &expected, Workers::Pool(&pool));
    assert_eq!(spread, verdict(&records));
}

#[test]
fn a_key_entry_that_is_cut_or_misnamed_is_refused() {
    let entry = key_entry(&SEED, 0, 1);
    assert!(Keys::read(&entry[1..]).is_err());
    let mut misnamed = entry;
    misnamed[0] ^= 1;
    assert!(Keys::read(&misnamed).is_err());
}
