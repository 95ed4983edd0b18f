//! Many Ed25519 signatures of one key at once (RFC 8032 5.1.6): the same bytes as one at a time, sooner.
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::Scalar;
use ed25519_dalek::hazmat::ExpandedSecretKey;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::digest::Hash;

/// Signatures that share one inversion: from here on a longer run saves nothing that can be measured.
const RUN: usize = 128;

/// A private key, expanded once.
pub struct Pen {
    key: ExpandedSecretKey,
    public: Hash,
}

impl Pen {
    /// Expand a seed.
    #[must_use]
    pub fn new(seed: &Hash) -> Self {
        let key = ExpandedSecretKey::from(seed);
        let public = EdwardsPoint::mul_base(&key.scalar).compress().to_bytes();
        Self { key, public }
    }

    /// Append the signatures of `count` messages to `out`; `message` feeds one of them to a digest, and is asked twice.
    ///
    /// A point is written down by dividing by its third coordinate; the divisions of a run cost one inversion together.
    pub fn sign_all(
        &self,
        count: usize,
        out: &mut Vec<u8>,
        mut message: impl FnMut(usize, &mut Sha512),
    ) {
        for first in (0..count).step_by(RUN) {
            let run = first..count.min(first + RUN);
            let secrets: Zeroizing<Vec<Scalar>> = Zeroizing::new(
                run.clone()
                    .map(|index| {
                        reduced(&self.key.hash_prefix, &[], |digest| message(index, digest))
                    })
                    .collect(),
            );
            let points: Vec<_> = secrets.iter().map(EdwardsPoint::mul_base).collect();
            let commitments = EdwardsPoint::compress_batch_alloc(&points);
            for ((index, secret), commitment) in run.zip(secrets.iter()).zip(&commitments) {
                let challenge = reduced(commitment.as_bytes(), &self.public, |digest| {
                    message(index, digest);
                });
                out.extend_from_slice(commitment.as_bytes());
                out.extend_from_slice((challenge * self.key.scalar + secret).as_bytes());
            }
        }
    }
}

/// Return SHA-512 of what stands before the message and of the message, as a scalar.
fn reduced(first: &Hash, second: &[u8], message: impl FnOnce(&mut Sha512)) -> Scalar {
    let mut digest = Sha512::new();
    digest.update(first);
    digest.update(second);
    message(&mut digest);
    let wide = Zeroizing::new(<[u8; 64]>::from(digest.finalize()));
    Scalar::from_bytes_mod_order_wide(&wide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::sign;

    #[test]
    fn every_signature_of_a_run_is_the_one_that_is_made_alone() {
        for count in [0, 1, 2, RUN, RUN + 1, 3 * RUN + 5] {
            let messages: Vec<Vec<u8>> = (0..count).map(|index| vec![7; index % 300]).collect();
            let mut signatures = Vec::new();
            Pen::new(&[9; 32]).sign_all(count, &mut signatures, |index, digest| {
                digest.update(&messages[index]);
            });
            let alone: Vec<u8> = messages
                .iter()
                .flat_map(|message| sign(&[9; 32], message))
                .collect();
            assert_eq!(signatures, alone, "{count} messages");
        }
    }
}
