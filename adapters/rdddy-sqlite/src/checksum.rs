//! A checksum over many short parts.

use crc32fast::Hasher;

/// Enough for most events whole.
const ROOM: usize = 512;

/// CRC-32 of the parts one after the other. They are collected, because the fast way to compute it
/// takes long pieces.
pub(crate) struct Checksum {
    hasher: Hasher,
    room: [u8; ROOM],
    filled: usize,
}

impl Checksum {
    pub(crate) fn new() -> Self {
        Checksum::after(0)
    }

    /// Goes on where another one ended.
    pub(crate) fn after(checksum: u32) -> Self {
        Checksum { hasher: Hasher::new_with_initial(checksum), room: [0; ROOM], filled: 0 }
    }

    pub(crate) fn add(&mut self, part: &[u8]) {
        if let Some(free) = self.room.get_mut(self.filled..self.filled + part.len()) {
            free.copy_from_slice(part);
            self.filled += part.len();
            return;
        }
        self.flush();
        if part.len() < ROOM { self.add(part) } else { self.hasher.update(part) }
    }

    /// With its length, so that no two lists of parts look alike.
    pub(crate) fn add_text(&mut self, text: &[u8]) {
        self.add(&(text.len() as u64).to_be_bytes());
        self.add(text);
    }

    pub(crate) fn end(mut self) -> u32 {
        self.flush();
        self.hasher.finalize()
    }

    fn flush(&mut self) {
        self.hasher.update(&self.room[..self.filled]);
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_any_length_are_one_text() {
        let text: Vec<u8> = (0..5_000_u32).map(|nth| (nth % 251) as u8).collect();
        for length in [0, 1, 7, 256, 511, 512, 513, 1024, 5_000] {
            let mut checksum = Checksum::new();
            let (head, rest) = text.split_at(length);
            checksum.add(head);
            rest.chunks(97).for_each(|part| checksum.add(part));
            assert_eq!(checksum.end(), crc32fast::hash(&text), "{length}");
        }
        let mut rest = Checksum::after(crc32fast::hash(&text[..100]));
        rest.add(&text[100..]);
        assert_eq!(rest.end(), crc32fast::hash(&text));
    }
}
