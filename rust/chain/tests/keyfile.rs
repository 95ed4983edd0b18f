//! Key files: RFC 8410's own examples, what this crate writes, and what must be refused.
use ami_audit_chain::keyfile::{
    read_private, read_public, read_seed, write_private, write_public, KeyFault, Sealing,
};

// RFC 8410 section 10.3: the same key in version 1 and, with an attribute and the public key, in version 2.
const V1: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";
const V2: &str = "-----BEGIN PRIVATE KEY-----
MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
Z9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PRIVATE KEY-----
";
// RFC 8410 section 10.1.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
";
const SEED_HEX: &str = "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842";

fn seed() -> [u8; 32] {
    *read_seed(SEED_HEX, None).unwrap()
}

fn sealing(passphrase: &[u8]) -> Sealing<'_> {
    Sealing {
        passphrase,
        salt: [7; 16],
        iv: [9; 16],
    }
}

fn sealed() -> String {
    write_private(&seed(), Some(&sealing(b"correct horse")))
        .unwrap()
        .to_string()
}

#[test]
fn the_examples_of_rfc_8410_hold_one_key() {
    assert_eq!(*read_private(V1, None).unwrap(), seed());
    assert_eq!(*read_private(V2, None).unwrap(), seed());
    assert_eq!(
        read_public(PUBLIC).unwrap(),
        ami_audit_chain::sign::public_key(&seed())
    );
}

#[test]
fn what_is_written_is_the_example_byte_for_byte() {
    assert_eq!(write_private(&seed(), None).unwrap().as_str(), V1);
    assert_eq!(
        write_public(&ami_audit_chain::sign::public_key(&seed())).unwrap(),
        PUBLIC
    );
}

#[test]
fn a_version_2_key_with_a_strange_public_half_is_refused() {
    let forged = V2.replace("Z9w7lshQ", "Z9w7lshR");
    assert_eq!(read_private(&forged, None).unwrap_err(), KeyFault::Mismatch);
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_alone() {
    let text = sealed();
    assert_eq!(
        *read_private(&text, Some(b"correct horse")).unwrap(),
        seed()
    );
    assert_eq!(read_private(&text, None).unwrap_err(), KeyFault::Locked);
    assert_eq!(
        read_private(&text, Some(b"Correct horse")).unwrap_err(),
        KeyFault::Passphrase
    );
    assert_eq!(
        read_private(&text, Some(b"")).unwrap_err(),
        KeyFault::Passphrase
    );
}

#[test]
fn a_wrong_passphrase_never_gives_another_key() {
    // CBC's padding fits about one wrong key in 256: the DER inside must then be refused as well.
    let text = sealed_cheaply();
    for guess in 0..2_000_u32 {
        let fault = read_private(&text, Some(&guess.to_be_bytes())).unwrap_err();
        assert_eq!(fault, KeyFault::Passphrase);
    }
}

/// The key under `right`, PBKDF2 with one round, as `openssl pkcs8 -topk8 -iter 1` writes it.
fn sealed_cheaply() -> String {
    include_str!("keys/one-round.pem").to_owned()
}

#[test]
fn an_empty_passphrase_seals_nothing() {
    let fault = write_private(&seed(), Some(&sealing(b""))).unwrap_err();
    assert_eq!(fault, KeyFault::EmptyPassphrase);
}

#[test]
fn a_file_cannot_ask_for_endless_work() {
    for name in [
        include_str!("keys/scrypt-4-gib.pem"),
        include_str!("keys/pbkdf2-2-billion.pem"),
    ] {
        assert_eq!(
            read_private(name, Some(b"right")).unwrap_err(),
            KeyFault::Costly
        );
    }
}

#[test]
fn a_key_of_another_algorithm_is_named() {
    let fault = |text: &str| read_private(text, None).unwrap_err();
    assert_eq!(
        fault(include_str!("keys/rsa.pem")),
        KeyFault::Algorithm("RSA")
    );
    assert_eq!(
        fault(include_str!("keys/x25519.pem")),
        KeyFault::Algorithm("X25519")
    );
    assert_eq!(
        fault(include_str!("keys/ec-sec1.pem")),
        KeyFault::Algorithm("ECDSA")
    );
    assert_eq!(fault(PUBLIC), KeyFault::Public);
    assert_eq!(read_public(V1).unwrap_err(), KeyFault::Private);
}

#[test]
fn openssh_keys_are_read_when_they_are_not_encrypted() {
    let seed = read_private(include_str!("keys/ssh"), None).unwrap();
    let public = read_public(include_str!("keys/ssh.pub")).unwrap();
    assert_eq!(ami_audit_chain::sign::public_key(&seed), public);
    let locked = read_private(include_str!("keys/ssh-locked"), Some(b"right")).unwrap_err();
    assert_eq!(
        locked,
        KeyFault::Encryption("OpenSSH's own passphrase format")
    );
}

#[test]
fn text_before_and_after_the_block_is_allowed() {
    let text = format!("Signer: someone@host\nKey-Id: 00\n{V1}\nand more\n");
    assert_eq!(*read_private(&text, None).unwrap(), seed());
    assert_eq!(
        *read_private(&V1.replace('\n', "\r\n"), None).unwrap(),
        seed()
    );
}

#[test]
fn a_seed_is_read_from_hex_and_every_base64() {
    let upper = SEED_HEX.to_uppercase();
    let base64 = [
        "1O5y2/kTWErVttjx92n4rTr+fCjL8dT74Jeoj0R1WEI=",
        "1O5y2_kTWErVttjx92n4rTr-fCjL8dT74Jeoj0R1WEI",
    ];
    for text in [
        SEED_HEX,
        &upper,
        base64[0],
        base64[1],
        &format!("  {SEED_HEX}\n"),
        V1,
    ] {
        assert_eq!(*read_seed(text, None).unwrap(), seed(), "{text}");
    }
}

#[test]
fn what_is_no_key_is_refused() {
    assert_eq!(read_seed(" \n", None).unwrap_err(), KeyFault::Empty);
    assert_eq!(read_private("", None).unwrap_err(), KeyFault::Empty);
    for text in ["hello", &SEED_HEX[1..], "AAAA", &SEED_HEX.replace('d', "g")] {
        assert_eq!(
            read_seed(text, None).unwrap_err(),
            KeyFault::NotAKey,
            "{text}"
        );
    }
    assert!(matches!(
        read_private(&V1[..60], None).unwrap_err(),
        KeyFault::Damaged(_)
    ));
    assert!(matches!(
        read_private(&V1.replace("MC4C", "MC4D"), None).unwrap_err(),
        KeyFault::Damaged(_)
    ));
}

#[test]
fn a_point_that_any_signature_fits_is_no_public_key() {
    let identity = {
        let mut bytes = [0_u8; 32];
        bytes[0] = 1;
        bytes
    };
    assert_eq!(write_public(&identity).unwrap_err(), KeyFault::Point);
}

#[test]
fn no_prefix_and_no_changed_byte_panics() {
    let texts = [
        V1.to_owned(),
        V2.to_owned(),
        sealed_cheaply(),
        include_str!("keys/ssh").to_owned(),
        PUBLIC.to_owned(),
    ];
    for text in texts {
        for at in 0..text.len() {
            let _ = read_private(&text[..at], Some(b"right"));
            let _ = read_public(&text[..at]);
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                let _ = read_private(&changed, Some(b"right"));
                let _ = read_public(&changed);
            }
        }
    }
}
