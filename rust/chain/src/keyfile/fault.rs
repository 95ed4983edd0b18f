//! Why a text is not a key that can be used.
use std::fmt;

/// Everything that can be wrong with a text that should hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// Nothing but white space.
    Empty,
    /// Not a key in any form that is read here.
    NotAKey,
    /// It begins as a key and breaks off or does not parse; says which form.
    Damaged(&'static str),
    /// A key of another algorithm, named.
    Algorithm(&'static str),
    /// A public key where a private one is needed.
    Public,
    /// A private key where a public one is needed.
    Private,
    /// The key is encrypted, and no passphrase was given.
    Locked,
    /// The passphrase does not open the key.
    Passphrase,
    /// An empty passphrase protects nothing.
    EmptyPassphrase,
    /// The file's own settings would need too much time or memory to open.
    Costly,
    /// Encrypted in a way that is not read here, named.
    Encryption(&'static str),
    /// The private half and the public half beside it are not one pair.
    Mismatch,
    /// 32 bytes that are no public key under the strict rules.
    Point,
}

impl KeyFault {
    /// Return the fault's name for programs: one word.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAKey => "not-a-key",
            Self::Damaged(_) => "damaged",
            Self::Algorithm(_) => "algorithm",
            Self::Public => "public",
            Self::Private => "private",
            Self::Locked => "locked",
            Self::Passphrase | Self::EmptyPassphrase => "passphrase",
            Self::Costly => "costly",
            Self::Encryption(_) => "encryption",
            Self::Mismatch => "mismatch",
            Self::Point => "point",
        }
    }
}

impl fmt::Display for KeyFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => out.write_str("it is empty"),
            Self::NotAKey => {
                out.write_str("it holds no key; an Ed25519 private key as PKCS#8 PEM is expected")
            }
            Self::Damaged(form) => write!(out, "it is a damaged or incomplete {form}"),
            Self::Algorithm(name) => write!(
                out,
                "it holds a key for {name}, and only Ed25519 keys sign here"
            ),
            Self::Public => out.write_str("it holds a public key, and the private one is needed"),
            Self::Private => out.write_str("it holds a private key, and the public one is needed"),
            Self::Locked => out.write_str("it is encrypted, and no passphrase was given"),
            Self::Passphrase => out.write_str("the passphrase does not open it"),
            Self::EmptyPassphrase => out.write_str("an empty passphrase protects nothing"),
            Self::Costly => {
                out.write_str("opening it would need far more time or memory than any key should")
            }
            Self::Encryption(name) => {
                write!(out, "it is encrypted with {name}, which is not read here")
            }
            Self::Mismatch => out.write_str("its private and its public half are not one pair"),
            Self::Point => out.write_str("its 32 bytes are not a usable Ed25519 public key"),
        }
    }
}

impl std::error::Error for KeyFault {}
