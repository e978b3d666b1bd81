//! Encryption with the key of one person: `1`, the number of the key, a random nonce, and what
//! XChaCha20-Poly1305 (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>) makes of
//! it. Nonces of 24 bytes may be random: there are too many for any to come twice.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// What tells keys apart, also those that are gone. It is no secret.
pub(super) type KeyId = [u8; 16];

/// A key. Its bytes are overwritten when it is dropped.
pub(super) struct SubjectKey {
    pub(super) id: KeyId,
    pub(super) bytes: Zeroizing<[u8; 32]>,
}

/// The first byte of everything that is sealed in this way.
const FORMAT: u8 = 1;
const NONCE: usize = 24;
const HEAD: usize = 1 + size_of::<KeyId>() + NONCE;

impl SubjectKey {
    /// A new one, of the operating system's randomness.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let (mut id, mut bytes) = ([0; 16], Zeroizing::new([0; 32]));
        getrandom::fill(&mut id)?;
        getrandom::fill(&mut *bytes)?;
        Ok(SubjectKey { id, bytes })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.bytes))
    }
}

/// Why something could not be encrypted.
#[derive(Debug, thiserror::Error)]
pub(super) enum SealError {
    #[error("the system has no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
    #[error("it is too large to be encrypted")]
    TooLarge,
}

pub(super) fn seal(key: &SubjectKey, subject: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce)?;
    let aad = bound(&key.id, subject);
    let payload = Payload { msg: plain, aad: &aad };
    let sealed = key.cipher().encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| SealError::TooLarge)?;
    let head = [FORMAT].into_iter().chain(key.id).chain(nonce);
    Ok(head.chain(sealed).collect())
}

/// The number of the key that `sealed` was made with, if it was made here.
pub(super) fn key_id(sealed: &[u8]) -> Option<KeyId> {
    let (&format, rest) = sealed.split_first()?;
    (format == FORMAT).then(|| rest.first_chunk().copied())?
}

/// What was sealed, if it was sealed with `key`, about `subject`, and not changed since.
pub(super) fn open(key: &SubjectKey, subject: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (head, sealed) = sealed.split_at_checked(HEAD)?;
    let nonce: [u8; NONCE] = *head.last_chunk()?;
    let aad = bound(&key.id, subject);
    key.cipher().decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad }).ok()
}

/// What is authenticated beside the content: nobody's data can pass for somebody else's.
fn bound(id: &KeyId, subject: &str) -> Vec<u8> {
    [FORMAT].into_iter().chain(*id).chain(subject.bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unchanged_is_opened() {
        let key = SubjectKey::random().unwrap();
        for plain in [b"".as_slice(), b"ada@example.com", &[7; 10_000]] {
            let sealed = seal(&key, "ada", plain).unwrap();
            assert_ne!(sealed, seal(&key, "ada", plain).unwrap(), "each has its own nonce");
            assert_eq!(key_id(&sealed), Some(key.id));
            assert_eq!(open(&key, "ada", &sealed).as_deref(), Some(plain));
            assert_eq!(open(&key, "bob", &sealed), None);
            assert_eq!(open(&SubjectKey::random().unwrap(), "ada", &sealed), None);
            for end in 0..sealed.len().min(HEAD + 16) {
                assert_eq!(open(&key, "ada", &sealed[..end]), None);
            }
        }
    }

    #[test]
    fn every_bit_counts() {
        let key = SubjectKey::random().unwrap();
        let sealed = seal(&key, "ada", b"ada@example.com").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let opened = key_id(&changed)
                .filter(|id| *id == key.id)
                .and_then(|_| open(&key, "ada", &changed));
            assert_eq!(opened, None, "bit {bit}");
        }
    }

    /// Test vector A.3.1 of the draft, so that the cipher is the one it says it is.
    #[test]
    fn it_is_xchacha20_poly1305() {
        let bytes = std::array::from_fn(|nth| 0x80 + u8::try_from(nth).unwrap());
        let nonce: [u8; NONCE] = std::array::from_fn(|nth| 0x40 + u8::try_from(nth).unwrap());
        let key = SubjectKey { id: [0; 16], bytes: Zeroizing::new(bytes) };
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let msg = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip \
            for the future, sunscreen would be it.";
        let sealed = key.cipher().encrypt(&XNonce::from(nonce), Payload { msg, aad: &aad });
        let sealed = sealed.unwrap();
        assert_eq!(sealed[..8], [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b]);
        assert_eq!(sealed[sealed.len() - 8..], [0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a, 0xcf, 0x49]);
    }
}
