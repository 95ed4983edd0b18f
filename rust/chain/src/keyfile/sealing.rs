//! Encryption of a private key under a passphrase: PBES2 (RFC 8018) with scrypt (RFC 7914).
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, ErrorKind, Reader, SliceReader};
use pkcs8::pkcs5::pbes2::{Kdf, Parameters, PBES2_OID};
use pkcs8::pkcs5::{scrypt, EncryptionScheme};
use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef,
    SecretDocument,
};
use zeroize::Zeroizing;

use super::KeyFault;

// A guess costs 16 MiB and about 0.2 s: N = 2^14, r = 8, p = 5 is as hard to search as N = 2^17, p = 1
// (both stand in OWASP's list), but the `openssl` program opens it: its limit is 32 MiB, which
// 2^15 x 8 passes by two kilobytes. A key that only this program could open would be badly backed up.
const LOG_N: u8 = 14;
const R: u32 = 8;
const P: u32 = 5;

// What a file may ask when it is opened: 256 MiB, and some ten times the work of a key written here.
const LARGEST_N_R: u64 = 1 << 21;
const LARGEST_N_R_P: u64 = 1 << 23;
const MOST_ROUNDS: u32 = 10_000_000;

/// A passphrase, and the random bytes that its encryption needs.
pub struct Sealing<'a> {
    /// What the owner types; must not be empty.
    pub passphrase: &'a [u8],
    /// Fresh random bytes, never used twice.
    pub salt: [u8; 16],
    /// Fresh random bytes, never used twice.
    pub iv: [u8; 16],
}

impl Sealing<'_> {
    /// Return the encrypted form of a private key.
    pub(super) fn seal(&self, key: &PrivateKeyInfoRef<'_>) -> Result<SecretDocument, KeyFault> {
        if self.passphrase.is_empty() {
            return Err(KeyFault::EmptyPassphrase);
        }
        let cost = scrypt::Params::new(LOG_N, R, P).map_err(|_| KeyFault::Costly)?;
        Parameters::generate_scrypt_aes256cbc(cost, &self.salt, self.iv)
            .map_err(pkcs8::Error::EncryptedPrivateKey)
            .and_then(|parameters| key.encrypt_with_params(parameters, self.passphrase))
            .map_err(|_| KeyFault::Damaged("private key"))
    }
}

/// Return the DER of the private key inside an encrypted one.
///
/// # Errors
/// [`KeyFault::Passphrase`] also for damaged cipher text: nothing tells the two apart.
pub(super) fn unseal(
    der: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    let sealed =
        EncryptedPrivateKeyInfoRef::from_der(der).map_err(|error| foreign(der, error.kind()))?;
    check_cost(&sealed.encryption_algorithm)?;
    let passphrase = passphrase.ok_or(KeyFault::Locked)?;
    let scheme = sealed.encryption_algorithm;
    scheme
        .decrypt(passphrase, sealed.encrypted_data.as_ref())
        .map(Zeroizing::new)
        .map_err(|error| refusal(&error))
}

fn check_cost(scheme: &EncryptionScheme) -> Result<(), KeyFault> {
    let parameters = scheme.pbes2().ok_or(KeyFault::Encryption("PBES1"))?;
    let is_bearable = match &parameters.kdf {
        Kdf::Scrypt(cost) => {
            let n_r = cost
                .cost_parameter
                .saturating_mul(u64::from(cost.block_size));
            n_r <= LARGEST_N_R
                && n_r.saturating_mul(u64::from(cost.parallelization)) <= LARGEST_N_R_P
        }
        Kdf::Pbkdf2(cost) => (1..=MOST_ROUNDS).contains(&cost.iteration_count),
        _ => return Err(KeyFault::Encryption("an unknown key derivation")),
    };
    is_bearable.then_some(()).ok_or(KeyFault::Costly)
}

fn refusal(error: &pkcs8::pkcs5::Error) -> KeyFault {
    use pkcs8::pkcs5::Error;
    match error {
        Error::UnsupportedAlgorithm { .. } => {
            KeyFault::Encryption("an algorithm that is no longer safe")
        }
        Error::AlgorithmParametersInvalid { .. } => KeyFault::Damaged("encrypted private key"),
        _ => KeyFault::Passphrase,
    }
}

/// Tell a scheme that is not known from bytes that are not an encrypted key.
fn foreign(der: &[u8], kind: ErrorKind) -> KeyFault {
    let scheme = SliceReader::new(der).and_then(|mut reader| reader.sequence(scheme_in));
    match (scheme, kind) {
        (Ok(oid), _) if oid != PBES2_OID => KeyFault::Encryption("a scheme older than PBES2"),
        (Ok(_), ErrorKind::OidUnknown { .. }) => KeyFault::Encryption("an unknown algorithm"),
        _ => KeyFault::Damaged("encrypted private key"),
    }
}

fn scheme_in(reader: &mut SliceReader<'_>) -> pkcs8::der::Result<ObjectIdentifier> {
    let scheme = AlgorithmIdentifierRef::decode(reader)?;
    <&OctetStringRef>::decode(reader)?;
    Ok(scheme.oid)
}
