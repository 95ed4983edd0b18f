//! Is every text and every DER a key or a fault, at once, and a key that is read one that is written and read again?
#![no_main]
use ami_audit_chain::keyfile::{
    read_private, read_public, read_seed, write_private, write_public, KeyFault, Seed,
};
use libfuzzer_sys::fuzz_target;

const LABELS: [&str; 4] = [
    "PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PUBLIC KEY",
    "ENCRYPTED PRIVATE KEY",
];

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        read(text);
    }
    let Some((label, der)) = data.split_first() else {
        return;
    };
    let label = LABELS[usize::from(*label) % LABELS.len()];
    read(&format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        base64(der)
    ));
});

/// Read a text as everything that it may be. Without a passphrase: to open a sealed key is meant to take time.
fn read(text: &str) {
    for seed in [read_private(text, None), read_seed(text, None)] {
        check(seed);
    }
    if let Ok(public) = read_public(text) {
        let written = write_public(&public).expect("a public key that was read");
        assert_eq!(read_public(&written), Ok(public));
    }
}

fn check(seed: Result<Seed, KeyFault>) {
    match seed {
        Ok(seed) => {
            let written = write_private(&seed, None).expect("a seed that was read");
            let again = read_private(&written, None).expect("a key that was written");
            assert_eq!(*again, *seed);
        }
        Err(fault) => assert!(!fault.kind().is_empty() && !fault.to_string().is_empty()),
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = [0; 3];
        word[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, word[0], word[1], word[2]]);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
        if text.len() % 65 == 64 {
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}
