//! What goes ahead of bulk pieces.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | kind: message, farewell, message whose head is the first piece |
//! | 3 | nothing |
//! | 4 | number of pieces |
//! | 8 | length of the head |
//! | 10 each | of each piece: length (8), logarithm of its alignment (1), whether it is in here (1) |
//! | | the head, unless it is a piece |
//! | | the pieces that are in here |
//!
//! Small pieces are in here because a message of their own would cost more than copying them; a long head is a piece, so that headers stay short.

use dagger_core::wire::{Buffer, Piece};
use dagger_core::{Error, Result};

/// Pieces of at most so many bytes go with the header, as long as
const SMALL: usize = 1024;
/// all that go with it are not more than this.
const TOGETHER: usize = 16 * 1024;
/// A longer head travels as a piece.
const LONG_HEAD: usize = 64 * 1024;

const FIXED: usize = 16;
const ROW: usize = 10;

const MESSAGE: u8 = 0;
const FAREWELL: u8 = 1;
const LONG: u8 = 2;

/// A message on its way out: its header, and the pieces that follow by themselves.
pub(crate) struct Outward {
    pub(crate) header: Vec<u8>,
    pub(crate) pieces: Vec<Piece>,
}

/// What a header says.
pub(crate) enum Inward {
    /// The sender sends nothing more.
    Farewell,
    Message {
        head: Head,
        bulk: Vec<Buffer>,
        /// Which of `bulk` are still to come, in order. The others are complete.
        coming: Vec<usize>,
    },
}

/// The head of a message that comes in.
pub(crate) enum Head {
    Here(Vec<u8>),
    /// It is the first of the pieces.
    FirstPiece,
}

/// The header that says that nothing more comes.
pub(crate) fn farewell() -> Outward {
    Outward {
        header: start(FAREWELL, 0, 0),
        pieces: Vec::new(),
    }
}

/// Lays out a message.
pub(crate) fn outward(head: Vec<u8>, mut pieces: Vec<Piece>) -> Result<Outward> {
    let length = head.len();
    let (kind, head) = if length > LONG_HEAD {
        pieces.insert(0, Piece::new(head, 1));
        (LONG, Vec::new())
    } else {
        (MESSAGE, head)
    };
    let count = u32::try_from(pieces.len())
        .map_err(|_| Error::msg(format!("a message cannot have {} pieces", pieces.len())))?;
    let mut header = start(kind, count, length);
    if pieces.is_empty() {
        header.extend(head);
        let pieces = Vec::new();
        return Ok(Outward { header, pieces });
    }
    let mut room = TOGETHER;
    let mut inside = Vec::with_capacity(pieces.len());
    for piece in &pieces {
        let goes = piece.len() <= SMALL.min(room);
        room -= if goes { piece.len() } else { 0 };
        inside.push(goes);
        header.extend((piece.len() as u64).to_le_bytes());
        header.extend([piece.align().trailing_zeros() as u8, u8::from(goes)]);
    }
    header.extend(head);
    for (piece, _) in pieces.iter().zip(&inside).filter(|(_, goes)| **goes) {
        header.extend_from_slice(piece);
    }
    let mut inside = inside.into_iter();
    pieces.retain(|_| inside.next() == Some(false));
    Ok(Outward { header, pieces })
}

/// Reads a header, and makes room for what follows.
pub(crate) fn inward(mut bytes: Vec<u8>) -> Result<Inward> {
    let mut rest = &bytes[..];
    let [kind, ..] = take::<4>(&mut rest)?;
    let count = u32::from_le_bytes(take(&mut rest)?) as usize;
    let length = size(take(&mut rest)?)?;
    if kind == FAREWELL {
        return Ok(Inward::Farewell);
    }
    if kind == MESSAGE && count == 0 && rest.len() == length {
        bytes.drain(..FIXED);
        let (head, bulk, coming) = (Head::Here(bytes), Vec::new(), Vec::new());
        return Ok(Inward::Message { head, bulk, coming });
    }
    let table = count.checked_mul(ROW).ok_or_else(malformed)?;
    let mut table = split(&mut rest, table)?;
    let head = match kind {
        MESSAGE => Head::Here(split(&mut rest, length)?.to_vec()),
        LONG if count > 0 => Head::FirstPiece,
        _ => return Err(malformed()),
    };
    let (mut bulk, mut coming) = (Vec::with_capacity(count), Vec::new());
    for index in 0..count {
        let length = size(take(&mut table)?)?;
        let [align, inside] = take(&mut table)?;
        let align = 1_usize
            .checked_shl(u32::from(align))
            .ok_or_else(malformed)?;
        if inside == 1 {
            bulk.push(Buffer::copy_of(split(&mut rest, length)?, align)?);
        } else {
            bulk.push(Buffer::zeroed(length, align)?);
            coming.push(index);
        }
    }
    if !rest.is_empty() {
        return Err(malformed());
    }
    Ok(Inward::Message { head, bulk, coming })
}

fn start(kind: u8, pieces: u32, head: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(FIXED + ROW * pieces as usize + head.min(LONG_HEAD));
    header.extend([kind, 0, 0, 0]);
    header.extend(pieces.to_le_bytes());
    header.extend((head as u64).to_le_bytes());
    header
}

fn split<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length).ok_or_else(malformed)?;
    *rest = left;
    Ok(taken)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let (taken, left) = rest.split_first_chunk().ok_or_else(malformed)?;
    *rest = left;
    Ok(*taken)
}

fn size(bytes: [u8; 8]) -> Result<usize> {
    usize::try_from(u64::from_le_bytes(bytes)).map_err(|_| malformed())
}

fn malformed() -> Error {
    Error::msg("a header came over MPI that no rank of this build sends")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(size: usize, align: usize) -> Piece {
        Piece::new(vec![size as u8; size], align)
    }

    #[test]
    fn small_pieces_go_along_and_large_ones_follow() {
        let pieces = vec![piece(3, 4), piece(5000, 64), piece(0, 1), piece(SMALL, 8)];
        let out = outward(b"head".to_vec(), pieces.clone()).unwrap();
        assert_eq!(out.pieces, [pieces[1].clone()]);
        let Inward::Message { head, bulk, coming } = inward(out.header).unwrap() else {
            panic!("a message");
        };
        assert!(matches!(head, Head::Here(head) if head == b"head"));
        assert_eq!(coming, [1]);
        for (buffer, piece) in bulk.iter().zip(&pieces) {
            assert_eq!(buffer.len(), piece.len());
            assert!(buffer.as_ptr().addr().is_multiple_of(piece.align()));
        }
        assert_eq!(
            (&bulk[0][..], &bulk[3][..]),
            (&pieces[0][..], &pieces[3][..])
        );
    }

    #[test]
    fn not_too_many_go_along() {
        let out = outward(Vec::new(), vec![piece(SMALL, 1); 20]).unwrap();
        assert_eq!(out.pieces.len(), 4);
        assert!(out.header.len() < 2 * TOGETHER);
    }

    #[test]
    fn a_long_head_is_a_piece() {
        let out = outward(vec![1; LONG_HEAD + 1], vec![piece(1, 1)]).unwrap();
        assert_eq!((out.pieces.len(), out.pieces[0].len()), (1, LONG_HEAD + 1));
        let Inward::Message { head, bulk, coming } = inward(out.header).unwrap() else {
            panic!("a message");
        };
        assert!(matches!(head, Head::FirstPiece));
        assert_eq!((bulk.len(), &coming[..]), (2, &[0][..]));
    }

    #[test]
    fn whatever_comes_is_read_or_refused() {
        let header = outward(b"head".to_vec(), vec![piece(3, 4), piece(2000, 8)])
            .unwrap()
            .header;
        for length in 0..header.len() {
            assert!(inward(header[..length].to_vec()).is_err());
        }
        for at in 0..header.len() {
            for bit in 0..8 {
                let mut bytes = header.clone();
                bytes[at] ^= 1 << bit;
                let _ = inward(bytes);
            }
        }
        assert!(matches!(inward(farewell().header), Ok(Inward::Farewell)));
    }
}
