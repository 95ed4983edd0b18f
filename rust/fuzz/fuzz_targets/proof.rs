//! Does a proof hold for one place in one tree only, whatever bytes it is made of?
#![no_main]
use ami_audit_chain::digest::node_hash;
use ami_audit_chain::proof::{verify_consistency, verify_inclusion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((numbers, rest)) = data.split_first_chunk::<16>() else {
        return;
    };
    let index = u64::from_be_bytes(numbers[..8].try_into().expect("8 bytes"));
    let size = u64::from_be_bytes(numbers[8..].try_into().expect("8 bytes"));
    let Some((leaf, proof)) = rest.split_first_chunk::<32>() else {
        return;
    };
    // What the last hash of a proof is joined to decides the root: both orders are tried.
    for root in roots(leaf, proof) {
        if verify_inclusion(leaf, index, size, proof, &root) {
            assert!(index < size);
            let mut other = *leaf;
            other[0] ^= 1;
            assert!(!verify_inclusion(&other, index, size, proof, &root));
            assert!(!verify_inclusion(leaf, index, size, proof, &other));
        }
        let _ = verify_consistency(leaf, &root, index, size, proof);
    }
});

fn roots(leaf: &[u8; 32], proof: &[u8]) -> [[u8; 32]; 2] {
    let (siblings, _) = proof.as_chunks::<32>();
    [
        siblings
            .iter()
            .fold(*leaf, |found, hash| node_hash(&found, hash)),
        siblings
            .iter()
            .fold(*leaf, |found, hash| node_hash(hash, &found)),
    ]
}
