//! Finds damage in the write-ahead log that SQLite takes for its end.
//!
//! SQLite reads the log up to the first frame that is not whole, because a crash leaves such frames
//! behind. But a transaction is begun only after the one before it is on the disk. Where a transaction
//! that is not whole is followed by a later one, it was acknowledged, and would be lost silently.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::error::{Damage, Fault};

const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

/// What is damaged in the log, if anything that was acknowledged is.
pub(crate) fn damage(log: &Path) -> io::Result<Option<Fault>> {
    let file = match File::open(log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut head = [0; HEAD];
    // Before the head is whole nothing has been committed.
    if !filled(&mut file, &mut head)? {
        return Ok(None);
    }
    let mut sum = Sum { big_endian: head[3] & 1 == 1, words: (0, 0) };
    sum.add(&head[..24]);
    if sum.words != pair(&head[24..]) {
        let cause = Damage::Structure("its head has a wrong checksum".to_owned());
        return Ok(Some(Fault::damaged("the head of the write-ahead log", cause)));
    }
    let page = u32::from_be_bytes([head[8], head[9], head[10], head[11]]) as usize;
    if !(512..=65_536).contains(&page) {
        let cause = Damage::Structure(format!("it says that pages have {page} bytes"));
        return Ok(Some(Fault::damaged("the head of the write-ahead log", cause)));
    }
    let (mut frame, mut number) = (vec![0; FRAME_HEAD + page], 0_u64);
    // The first frame that is not whole, and whether a transaction ends at or after it.
    let (mut broken, mut ended) = (None, false);
    while filled(&mut file, &mut frame)? {
        number += 1;
        let ours = frame[8..16] == head[16..24];
        if let Some(broken) = broken {
            if ours && ended {
                let cause = Damage::Structure("it is not whole, and others follow it".to_owned());
                let place = format!("frame {broken} of the write-ahead log");
                return Ok(Some(Fault::damaged(place, cause)));
            }
        } else {
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME_HEAD..]);
            if !ours || sum.words != pair(&frame[16..24]) {
                broken = Some(number);
            }
        }
        let ends = frame[4..8] != [0; 4];
        ended |= broken.is_some() && ours && ends;
    }
    Ok(None)
}

/// Whether there was enough to fill `buffer`.
fn filled(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// The checksum of SQLite's log, over all frames so far.
struct Sum {
    big_endian: bool,
    words: (u32, u32),
}

impl Sum {
    /// Eight bytes at a time, which all parts of a log are made of.
    fn add(&mut self, bytes: &[u8]) {
        for eight in bytes.chunks_exact(8) {
            let (a, b) = pair(eight);
            let (a, b) = if self.big_endian { (a, b) } else { (a.swap_bytes(), b.swap_bytes()) };
            self.words.0 = self.words.0.wrapping_add(a).wrapping_add(self.words.1);
            self.words.1 = self.words.1.wrapping_add(b).wrapping_add(self.words.0);
        }
    }
}

fn pair(bytes: &[u8]) -> (u32, u32) {
    let word =
        |at: usize| bytes[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    (word(0), word(4))
}
