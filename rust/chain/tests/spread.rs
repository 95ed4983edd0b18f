//! The verdict on a slice is one, however the work is spread and in whatever form the records come.
#[allow(dead_code)] // The rest of it is for single damages.
mod trail;

use ami_audit_chain::slice::{
    self, verify_rows, verify_slice, verify_stream, Expectation, Keys, Verdict,
};
use ami_audit_chain::Workers;
use trail::{frames, key_entry, seal, ORIGIN, SEED};

/// Return a trail of more records than a task takes, unsigned from record `signed` on.
fn long_trail(length: u64, signed: u64) -> Vec<trail::Row> {
    let mut records: Vec<trail::Row> = Vec::new();
    for sequence in 0..length {
        let previous = records.last().map_or([0; 32], |record| record.record_hash);
        let (minute, second) = (sequence / 60, sequence % 60);
        let text = format!(
            r#"{{"recorded_at":"2026-01-01T00:{minute:02}:{second:02}.000000Z","sequence":{sequence}}}"#
        );
        let mut record = seal(sequence, previous, text.into_bytes());
        if sequence >= signed {
            record.block.clear();
        }
        records.push(record);
    }
    records
}

/// Return every verdict on the records: of one thread and of three, of frames, of rows and of rows as they come.
fn verdicts(records: &[trail::Row]) -> Vec<Verdict> {
    let keys = Keys::read(&key_entry(&SEED, 0, u64::MAX)).expect("whole entries");
    let expected = Expectation {
        origin: ORIGIN,
        first_sequence: 0,
        previous_hash: [0; 32],
        previous_recorded_at: "",
        minimum_bits: 0,
        keys: &keys,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let pool = pool.expect("three threads");
    let rows: Vec<_> = records.iter().map(row).collect();
    let mut found = Vec::new();
    for workers in [Workers::Caller, Workers::Pool(&pool)] {
        found.push(verify_slice(&frames(records), &expected, workers));
        found.push(verify_rows(&rows, &expected, workers));
        let stream = &mut rows.iter().copied();
        let streamed = verify_stream(stream, &expected, workers, &|work| work());
        found.push(streamed.expect("whole hashes"));
    }
    found
}

fn row(record: &trail::Row) -> slice::Row<'_> {
    slice::Row {
        sequence: record.sequence,
        previous_hash: &record.previous_hash,
        nonce: record.nonce,
        record_hash: &record.record_hash,
        canonical: &record.canonical,
        block: &record.block,
    }
}

#[test]
fn however_the_work_is_spread_the_verdict_is_the_same() {
    let damages: [fn(&mut trail::Row); 6] = [
        |record| record.canonical[40] ^= 1,
        |record| record.record_hash[3] ^= 1,
        |record| record.previous_hash[3] ^= 1,
        |record| record.sequence += 1,
        |record| record.canonical[20] = b'1',
        |record| record.canonical.clear(),
    ];
    for signed in [0, 300, 600] {
        let whole = long_trail(600, signed);
        let sound = verdicts(&whole);
        assert!(sound
            .iter()
            .all(|verdict| verdict == &sound[0] && verdict.faults.is_empty()));
        // Signatures take their time, and signed records are not spread as they come.
        let firsts: &[usize] = if signed == 0 {
            &[0, 255, 256, 511, 597]
        } else {
            &[256]
        };
        for &first in firsts {
            for damage in damages {
                for (count, is_cut) in [(1, false), (3, false), (1, true)] {
                    let mut records = whole.clone();
                    records[first..first + count].iter_mut().for_each(damage);
                    if is_cut {
                        records.remove(first + 1);
                    }
                    let found = verdicts(&records);
                    assert!(!found[0].faults.is_empty());
                    for verdict in &found {
                        assert_eq!(verdict, &found[0]);
                    }
                }
            }
        }
    }
}

#[test]
fn rows_whose_hashes_have_another_length_are_not_verified_as_they_come() {
    let records = long_trail(3, 0);
    let mut rows: Vec<_> = records.iter().map(row).collect();
    rows[1].record_hash = &records[1].record_hash[1..];
    let keys = Keys::default();
    let expected = Expectation {
        origin: ORIGIN,
        first_sequence: 0,
        previous_hash: [0; 32],
        previous_recorded_at: "",
        minimum_bits: 0,
        keys: &keys,
    };
    let stream = &mut rows.iter().copied();
    assert_eq!(
        verify_stream(stream, &expected, Workers::Caller, &|work| work()),
        None
    );
}
