//! What a signature claims, under the strict rules, and whether that holds: one verdict for Ed25519.
//!
//! Encodings are judged first: key and R canonical, neither of small order, S below L. What passes
//! is held to the equation of RFC 8032 5.1.7 with the cofactor, `[8]([S]B - R - [k]A) = 0`: the one
//! form that a sum over many signatures can decide as a single one does.
use std::sync::LazyLock;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::traits::IsIdentity;
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};

use crate::digest::Hash;

/// The ordinates of the points of small order; each has both signs, in strict encodings or not.
static SMALL_ORDER: LazyLock<[Hash; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| ordinate(&point.compress().to_bytes())));

/// A public key that passed the strict rules.
#[derive(Debug, Clone)]
pub struct PublicKey {
    encoding: Hash,
    point: EdwardsPoint,
}

impl PublicKey {
    /// Read a public key, or return None when the strict rules refuse it.
    #[must_use]
    pub fn read(bytes: &Hash) -> Option<Self> {
        point_of(bytes).map(|point| Self {
            encoding: *bytes,
            point,
        })
    }

    /// Return whether `signature` is this key's over `message`.
    #[must_use]
    pub fn accepts(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.claim(message, signature)
            .is_some_and(|claim| claim.holds())
    }

    /// Return what `signature` claims of `message`, or None when the strict rules refuse it.
    #[must_use]
    pub fn claim(&self, message: &[u8], signature: &[u8; 64]) -> Option<Claim<'_>> {
        let (encoding, response) = signature.split_first_chunk::<32>()?;
        let response = Scalar::from_canonical_bytes(response.try_into().ok()?).into_option()?;
        let commitment = point_of(encoding)?;
        let challenge = Sha512::new()
            .chain_update(encoding)
            .chain_update(self.encoding)
            .chain_update(message)
            .finalize();
        Some(Claim {
            key: self,
            encoding: *encoding,
            commitment,
            response,
            challenge: Scalar::from_bytes_mod_order_wide(&challenge.into()),
        })
    }
}

/// One signature whose encodings are in order: it holds if its equation does.
#[derive(Debug, Clone)]
pub struct Claim<'k> {
    key: &'k PublicKey,
    /// R as it was given.
    encoding: Hash,
    /// R, to be subtracted.
    pub(crate) commitment: EdwardsPoint,
    /// S, of the base point.
    pub(crate) response: Scalar,
    /// k, of the key.
    pub(crate) challenge: Scalar,
}

impl Claim<'_> {
    /// Return whether the signature's own equation holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        let found = EdwardsPoint::vartime_double_scalar_mul_basepoint(
            &self.challenge,
            &-self.key.point,
            &self.response,
        );
        is_nothing(&(found - self.commitment))
    }

    /// Return the encoding and the point of the key.
    pub(crate) fn key(&self) -> (&Hash, &EdwardsPoint) {
        (&self.key.encoding, &self.key.point)
    }

    /// Return all that the equation depends on; the message stands in its challenge.
    pub(crate) fn parts(&self) -> [&Hash; 4] {
        [
            &self.key.encoding,
            &self.encoding,
            self.response.as_bytes(),
            self.challenge.as_bytes(),
        ]
    }
}

/// Return whether a point is nothing but torsion: the cofactor makes it the neutral one.
pub(crate) fn is_nothing(point: &EdwardsPoint) -> bool {
    point.mul_by_cofactor().is_identity()
}

/// Return the point of a canonical encoding that is not of small order.
fn point_of(encoding: &Hash) -> Option<EdwardsPoint> {
    let y = ordinate(encoding);
    // x = 0 with a sign is the other foreign encoding; both such points are of small order.
    if !is_reduced(&y) || SMALL_ORDER.contains(&y) {
        return None;
    }
    CompressedEdwardsY(*encoding).decompress()
}

fn ordinate(encoding: &Hash) -> Hash {
    let mut y = *encoding;
    y[31] &= 0x7f;
    y
}

/// Return whether an ordinate is below p = 2^255 - 19.
fn is_reduced(y: &Hash) -> bool {
    y[0] < 0xed || y[31] != 0x7f || y[1..31].iter().any(|byte| *byte != 0xff)
}

#[cfg(test)]
pub(crate) mod tests {
    use curve25519_dalek::constants::ED25519_BASEPOINT_POINT as BASE;
    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;
    use crate::sign::{public_key, sign};

    /// Return key and signature whose equation leaves no residue but the torsion put in.
    pub(crate) fn with_torsion(
        message: &[u8],
        in_key: usize,
        in_commitment: usize,
    ) -> (Hash, [u8; 64]) {
        let (secret, nonce) = (Scalar::from(7_919_u64), Scalar::from(104_729_u64));
        let key = (BASE * secret + EIGHT_TORSION[in_key])
            .compress()
            .to_bytes();
        let commitment = (BASE * nonce + EIGHT_TORSION[in_commitment])
            .compress()
            .to_bytes();
        let digest = Sha512::new()
            .chain_update(commitment)
            .chain_update(key)
            .chain_update(message)
            .finalize();
        let challenge = Scalar::from_bytes_mod_order_wide(&digest.into());
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&commitment);
        signature[32..].copy_from_slice((nonce + challenge * secret).as_bytes());
        (key, signature)
    }

    /// Return a signature whole, and damaged in every way that verifiers disagree about.
    pub(crate) fn signatures(seed: &Hash, message: &[u8]) -> Vec<[u8; 64]> {
        let whole = sign(seed, message);
        let mut all = vec![whole, with_order_added(&whole)];
        for bit in 0..512 {
            let mut flipped = whole;
            flipped[bit / 8] ^= 1 << (bit % 8);
            all.push(flipped);
        }
        let commitment = CompressedEdwardsY::from_slice(&whole[..32]).expect("32 bytes");
        let commitment = commitment.decompress().expect("a point");
        for point in EIGHT_TORSION {
            for moved in [point, commitment + point] {
                let mut forged = whole;
                forged[..32].copy_from_slice(moved.compress().as_bytes());
                all.push(forged);
            }
        }
        all
    }

    /// Return the signature with L added to S, which the equation alone does not notice.
    fn with_order_added(whole: &[u8; 64]) -> [u8; 64] {
        let order_less_one = (Scalar::ZERO - Scalar::ONE).to_bytes();
        let mut forged = *whole;
        let mut carry = 1;
        for (digit, more) in forged[32..].iter_mut().zip(order_less_one) {
            let sum = u16::from(*digit) + u16::from(more) + carry;
            *digit = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        forged
    }

    #[test]
    fn a_signature_is_accepted_for_its_own_message_only() {
        let seed = [7; 32];
        let key = PublicKey::read(&public_key(&seed)).expect("a key of our own");
        let signature = sign(&seed, b"one");
        assert!(key.accepts(b"one", &signature));
        assert!(!key.accepts(b"two", &signature));
    }

    #[test]
    fn what_no_torsion_is_in_has_the_verdict_of_the_librarys_strict_verification() {
        let seed = [9; 32];
        let public = public_key(&seed);
        let key = PublicKey::read(&public).expect("a key of our own");
        let library = VerifyingKey::from_bytes(&public).expect("a key of our own");
        let mut accepted = 0;
        for signature in signatures(&seed, b"message") {
            let strict = library.verify_strict(b"message", &Signature::from_bytes(&signature));
            assert_eq!(key.accepts(b"message", &signature), strict.is_ok());
            accepted += usize::from(strict.is_ok());
        }
        // The whole one, and R with the neutral point added.
        assert_eq!(accepted, 2);
    }

    #[test]
    fn torsion_in_key_or_commitment_is_no_residue() {
        for in_key in 0..8 {
            for in_commitment in 0..8 {
                let (public, signature) = with_torsion(b"message", in_key, in_commitment);
                let key = PublicKey::read(&public).expect("of large order");
                assert!(key.accepts(b"message", &signature));
                assert!(!key.accepts(b"massage", &signature));
            }
        }
    }

    #[test]
    fn keys_of_small_order_and_in_foreign_encodings_are_refused() {
        for y in SMALL_ORDER.iter() {
            for sign in [0, 0x80] {
                let mut encoding = *y;
                encoding[31] |= sign;
                assert!(PublicKey::read(&encoding).is_none());
            }
        }
        // y = p + 3 names the point of y = 3 a second time.
        let mut foreign = [0xff; 32];
        (foreign[0], foreign[31]) = (0xf0, 0x7f);
        assert!(VerifyingKey::from_bytes(&foreign).is_ok());
        assert!(PublicKey::read(&foreign).is_none());
    }
}
