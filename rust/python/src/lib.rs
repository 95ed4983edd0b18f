//! The door from Python to the native core: convert, release the GIL, map the error.
mod bytes;
mod canonical;
mod chain;
mod code;
mod fault;
mod git;
mod identity;
mod keyfile;
mod log_parts;
mod logs;
mod mining;
mod pool;
mod proof;
mod scan;
mod secrecy;
mod segment;
mod signing;
mod slice;
mod starting;
mod tree;
mod values;
mod words;

use pyo3::prelude::*;

/// The native core of ami-audit.
#[pymodule]
mod _native {
    /// Whether this is an optimised build; a debug build is many times slower.
    #[pymodule_export]
    const IS_RELEASE: bool = !cfg!(debug_assertions);
    /// The version of the whole product: one wheel, one number.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    use crate::canonical::canonicalize;
    #[pymodule_export]
    use crate::chain::{chain, link, payload_hash, record_hash, record_tag};
    #[pymodule_export]
    use crate::code::{CodeCount, CodeCountError};
    #[pymodule_export]
    use crate::fault::{CanonicalError, CoreError};
    #[pymodule_export]
    use crate::git::{git_changes, git_commits};
    #[pymodule_export]
    use crate::identity::{generate_seed, uuid7};
    #[pymodule_export]
    use crate::keyfile::{
        private_key_pem, public_key_from_pem, public_key_pem, seed_from_pem, seed_from_text,
        KeyFileError,
    };
    #[pymodule_export]
    use crate::log_parts::{log_level, log_time, log_words};
    #[pymodule_export]
    use crate::logs::{LogReading, LogReadingError};
    #[pymodule_export]
    use crate::mining::search_nonce;
    #[pymodule_export]
    use crate::proof::{verify_consistency, verify_inclusion};
    #[pymodule_export]
    use crate::scan::{file_stamps, scan_place, Scan, ScanError};
    #[pymodule_export]
    use crate::secrecy::{hmac_sha256, seal, unseal};
    #[pymodule_export]
    use crate::segment::{segment_columns, segment_root};
    #[pymodule_export]
    use crate::signing::{
        key_id, public_key, sign, sign_records, signature_blocks, sigset_hash, verify_signature,
    };
    #[pymodule_export]
    use crate::slice::{frames, verify_records, verify_slice};
    #[pymodule_export]
    use crate::starting::starting;
    #[pymodule_export]
    use crate::tree::{grow, leaf_hashes, subtree_root};
    #[pymodule_export]
    use crate::values::encode;
    #[pymodule_export]
    use crate::words::BannedWords;
}
