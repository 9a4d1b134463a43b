//! The header: element type, order and shape, as a Python dictionary.

use std::fs::File;
use std::io::{self, Read};

use super::element::NpyElement;

/// What every file begins with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// Data begin at a multiple of this.
const ALIGNMENT: usize = 64;
/// No header of ours or of numpy's is longer; a length beyond that is damage.
const LONGEST: usize = 1 << 20;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// numpy's name of the element type, such as `<f8`.
    pub(super) descr: String,
    /// Whether the first index is the fastest.
    pub(super) fortran_order: bool,
    /// The lengths of the axes.
    pub(super) shape: Vec<usize>,
    /// Where the elements begin.
    pub(super) begin: u64,
}

impl Header {
    /// Reads it from the beginning of a file.
    ///
    /// # Errors
    /// What is wrong, in words, or what the system says.
    pub(super) fn read(file: &mut File) -> io::Result<Header> {
        let mut start = [0; 8];
        file.read_exact(&mut start)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => not_npy(),
                _ => error,
            })?;
        let [magic @ .., major, _minor] = start;
        if magic != *MAGIC {
            return Err(not_npy());
        }
        let mut length = [0; 4];
        let width = match major {
            1 => 2,
            2 | 3 => 4,
            _ => {
                return Err(damaged(format!(
                    "version {major} of the format is not known"
                )));
            }
        };
        file.read_exact(&mut length[..width]).map_err(cut_off)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(damaged(format!("a header of {length} bytes")));
        }
        let mut text = vec![0; length];
        file.read_exact(&mut text).map_err(cut_off)?;
        let text = String::from_utf8_lossy(&text);
        let begin = (start.len() + width + length) as u64;
        parse(&text, begin).ok_or_else(|| damaged(format!("the header {:?}", text.trim_end())))
    }

    /// The bytes of a header for elements of type `T` in row-major order.
    pub(super) fn bytes<T: NpyElement>(shape: &[usize]) -> Vec<u8> {
        let order = if T::BYTES == 1 { '|' } else { '<' };
        let comma = if shape.len() == 1 { "," } else { "" };
        let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
        let mut text = format!(
            "{{'descr': '{order}{}{}', 'fortran_order': False, 'shape': ({}{comma}), }}",
            T::KIND,
            T::BYTES,
            lengths.join(", "),
        );
        let before = MAGIC.len() + 4;
        // With the newline that ends the header.
        let padded = (before + text.len() + 1).next_multiple_of(ALIGNMENT) - before - 1;
        text = format!("{text:padded$}\n");
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        // Shapes have few axes: the header is far shorter than 64 KiB.
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    }

    /// Whether the most significant byte comes first, if the elements are of type `T`; otherwise none.
    pub(super) fn big_endian<T: NpyElement>(&self) -> Option<bool> {
        let mut letters = self.descr.chars();
        let order = letters.next()?;
        let rest = letters.as_str();
        if rest != format!("{}{}", T::KIND, T::BYTES) {
            return None;
        }
        match order {
            '<' => Some(false),
            '>' => Some(true),
            '=' => Some(cfg!(target_endian = "big")),
            '|' if T::BYTES == 1 => Some(false),
            _ => None,
        }
    }

    /// How many bytes the elements take.
    pub(super) fn size(&self, bytes: usize) -> Option<u64> {
        let lengths = self.shape.iter().map(|&length| length as u64);
        lengths.chain([bytes as u64]).try_fold(1, u64::checked_mul)
    }
}

fn not_npy() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not an .npy file")
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("damaged: {what}"))
}

fn cut_off(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends inside of the header".into()),
        _ => error,
    }
}

/// `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`, its entries in any order.
fn parse(text: &str, begin: u64) -> Option<Header> {
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    let mut rest = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
    while !rest.is_empty() {
        let (key, after) = quoted(rest)?;
        let value = after.trim_start().strip_prefix(':')?.trim_start();
        let after = match key {
            "descr" => {
                let (value, after) = quoted(value)?;
                descr = Some(value.to_owned());
                after
            }
            "fortran_order" => match value.strip_prefix("True") {
                Some(after) => {
                    fortran_order = Some(true);
                    after
                }
                None => {
                    fortran_order = Some(false);
                    value.strip_prefix("False")?
                }
            },
            "shape" => {
                let (lengths, after) = value.strip_prefix('(')?.split_once(')')?;
                let lengths = lengths.split(',').map(str::trim);
                let lengths = lengths.filter(|length| !length.is_empty());
                // Python 2 wrote long integers with an L.
                let numbers = lengths.map(|length| length.trim_end_matches('L').parse().ok());
                shape = Some(numbers.collect::<Option<Vec<usize>>>()?);
                after
            }
            _ => return None,
        };
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(Header {
        descr: descr?,
        fortran_order: fortran_order?,
        shape: shape?,
        begin,
    })
}

/// The text in quotes at the beginning, and what comes after it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|quote| "'\"".contains(*quote))?;
    text[1..].split_once(quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_parsed() {
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   \n";
        let header = parse(text, 128).unwrap();
        assert_eq!(
            (header.descr.as_str(), header.fortran_order),
            ("<f8", false)
        );
        assert_eq!(header.shape, [3, 4]);
        let text = "{\"shape\":(5L,),'fortran_order':True,'descr':'|b1'}";
        let header = parse(text, 64).unwrap();
        assert_eq!((header.descr.as_str(), header.fortran_order), ("|b1", true));
        assert_eq!(header.shape, [5]);
        assert_eq!(header.big_endian::<bool>(), Some(false));
        assert_eq!(header.big_endian::<u8>(), None);
        let text = "{'descr': '>c16', 'fortran_order': False, 'shape': ()}";
        let header = parse(text, 64).unwrap();
        assert_eq!(header.shape, []);
        assert_eq!(header.big_endian::<num_complex::Complex<f64>>(), Some(true));
        for text in [
            "",
            "{",
            "{}",
            "{'descr': '<f8'}",
            "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}",
            "{'descr': '<f8', 'fortran_order': Maybe, 'shape': ()}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,",
            "{'descr': '<f8",
            "{é",
        ] {
            assert_eq!(parse(text, 0), None, "{text}");
        }
    }

    #[test]
    fn headers_are_aligned_and_read_back() {
        for shape in [vec![], vec![7], vec![1 << 40, 1 << 20, 3]] {
            let bytes = Header::bytes::<f32>(&shape);
            assert_eq!(bytes.len() % ALIGNMENT, 0);
            let text = std::str::from_utf8(&bytes[10..]).unwrap();
            let header = parse(text, 0).unwrap();
            assert_eq!((header.shape, header.descr.as_str()), (shape, "<f4"));
        }
    }
}
