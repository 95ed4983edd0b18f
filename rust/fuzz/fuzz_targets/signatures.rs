//! Is every signature block that is read written back byte for byte, and every list of keys read or refused?
#![no_main]
use ami_audit_chain::signatures::{hash_entries, read_block, sigset_hash};
use ami_audit_chain::slice::Keys;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|block: &[u8]| {
    if let Some(entries) = read_block(block) {
        let mut written = Vec::new();
        for entry in &entries {
            entry
                .write(&mut written)
                .expect("what was read is no longer");
        }
        assert_eq!(written, block);
        assert_eq!(sigset_hash(block), Some(hash_entries(&entries)));
        assert!(entries.is_sorted_by_key(|entry| (entry.key_id, entry.signature)));
    } else {
        assert_eq!(sigset_hash(block), None);
    }
    let _ = Keys::read(block);
});
