//! A small trail, built record by record, and the buffer that verification reads.
use ami_audit_chain::digest::{record_hash, record_tag, sha256, Hash, ZERO};
use ami_audit_chain::sign::{key_id, public_key, sign, Message};
use ami_audit_chain::signatures::Entry;
use ami_audit_chain::slice::{verify_slice, Expectation, Fault, Keys, Verdict};
use ami_audit_chain::Workers;

pub const ORIGIN: &str = "example.com/trail";
pub const SEED: Hash = [7; 32];

/// One record as it would be stored; tests damage it before it is framed.
#[derive(Clone)]
pub struct Row {
    pub sequence: u64,
    pub previous_hash: Hash,
    pub nonce: u64,
    pub record_hash: Hash,
    pub canonical: Vec<u8>,
    pub block: Vec<u8>,
}

/// Return a sealed and signed trail; record 2 is unsigned.
pub fn trail(length: u64) -> Vec<Row> {
    let mut records = Vec::new();
    let mut previous_hash = ZERO;
    for sequence in 0..length {
        let text = format!(
            r#"{{"context":{{"note":"\"sequence\":9}}"}},"recorded_at":"{}","sequence":{sequence}}}"#,
            moment(sequence)
        );
        let record = seal(sequence, previous_hash, text.into_bytes());
        previous_hash = record.record_hash;
        records.push(record);
    }
    records
}

/// Return one record, hashed and signed over what it says.
pub fn seal(sequence: u64, previous_hash: Hash, canonical: Vec<u8>) -> Row {
    let hash = record_hash(
        &record_tag(ORIGIN),
        &previous_hash,
        &sha256(&canonical),
        sequence,
    );
    Row {
        sequence,
        previous_hash,
        nonce: sequence,
        record_hash: hash,
        canonical,
        block: if sequence == 2 {
            Vec::new()
        } else {
            block(&SEED, &hash)
        },
    }
}

/// Return a block of one signature over a record hash.
pub fn block(seed: &Hash, hash: &Hash) -> Vec<u8> {
    let mut message = Message::new(ORIGIN, "Zoë", 1_700_000_000_000_000).expect("in range");
    let mut block = Vec::new();
    let entry = Entry {
        key_id: &key_id(&public_key(seed)),
        signature: &sign(seed, message.about(hash)),
        timestamp_us: 1_700_000_000_000_000,
        signer: "Zoë",
    };
    entry.write(&mut block).expect("a short signer");
    block
}

pub fn moment(sequence: u64) -> String {
    format!("2026-01-01T00:00:{sequence:02}.000000Z")
}

pub fn frames(records: &[Row]) -> Vec<u8> {
    let mut buffer = Vec::new();
    for record in records {
        buffer.extend(record.sequence.to_be_bytes());
        buffer.extend(record.previous_hash);
        buffer.extend(record.nonce.to_be_bytes());
        buffer.extend(record.record_hash);
        for counted in [&record.canonical, &record.block] {
            let length = u32::try_from(counted.len()).expect("a small record");
            buffer.extend(length.to_be_bytes());
            buffer.extend(counted);
        }
    }
    buffer
}

/// Return one entry of the keys that verification is given.
pub fn key_entry(seed: &Hash, from: u64, to: u64) -> Vec<u8> {
    let public = public_key(seed);
    let (from, to) = (from.to_be_bytes(), to.to_be_bytes());
    [&key_id(&public)[..], &public, &from, &to].concat()
}

/// Verify records from sequence 0 on with the trail's own key.
pub fn verdict(records: &[Row]) -> Verdict {
    verdict_of(&frames(records), &key_entry(&SEED, 0, u64::MAX), 0)
}

pub fn verdict_of(buffer: &[u8], keys: &[u8], minimum_bits: u32) -> Verdict {
    let expected = Expectation {
        origin: ORIGIN,
        first_sequence: 0,
        previous_hash: ZERO,
        previous_recorded_at: "",
        minimum_bits,
        keys: &Keys::read(keys).expect("whole entries"),
    };
    verify_slice(buffer, &expected, Workers::Caller)
}

pub fn faults(records: &[Row]) -> Vec<(u64, Fault)> {
    verdict(records).faults
}
