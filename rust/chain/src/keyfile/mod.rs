//! How keys are written in files: PKCS#8 and SPKI (RFC 5958, RFC 7468, RFC 8410), and what else is read.
//!
//! The module opens no file and draws no random number: text goes in, a seed comes out, and back.
//! Whatever holds a secret is wiped when it is dropped.
mod fault;
mod openssh;
mod pem;
mod private;
mod public;
mod sealing;
mod text;

pub use fault::KeyFault;
pub use private::{read_private, write_private};
pub use public::{read_public, write_public};
pub use sealing::Sealing;
pub use text::read_seed;

use zeroize::Zeroizing;

/// A private key: the 32 bytes of RFC 8032 section 5.1.5, wiped on drop.
pub type Seed = Zeroizing<[u8; 32]>;

/// Copy 32 bytes into a seed, or return None when there are not 32.
fn seed_of(bytes: &[u8]) -> Option<Seed> {
    (bytes.len() == 32).then(|| {
        let mut seed = Seed::default();
        seed.copy_from_slice(bytes);
        seed
    })
}

/// Check that a public key that came along with a seed is its own.
///
/// # Errors
/// [`KeyFault::Mismatch`]: signing with one and naming the other would let a forger compute the seed's secrets.
fn check_pair(seed: &Seed, public: &[u8]) -> Result<(), KeyFault> {
    if crate::sign::public_key(seed) == public {
        Ok(())
    } else {
        Err(KeyFault::Mismatch)
    }
}
