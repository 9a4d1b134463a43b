//! One kept value in its file.
//!
//! In order, numbers in little endian: eight bytes that say what it is, the number of pieces (8 bytes), the head's length (8), each
//! piece's length and alignment (8 and 8), the head, the pieces, and the digest of all that (32).

use crate::whole_file;
use crate::wire::{Buffer, Decoder, Encoder, Wire};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

const MAGIC: &[u8; 8] = b"daggerc1";

/// Alignments that memory of elements can have.
const ALIGN: u64 = 4096;

/// Writes the value, whole or not at all.
pub(super) fn write<T: Wire>(path: &Path, value: &T) -> io::Result<()> {
    let mut encoder = Encoder::new();
    value.encode(&mut encoder);
    let encoded = encoder.finish();
    whole_file::replace(path, |file| {
        let mut out = Digesting {
            inner: file,
            digest: blake3::Hasher::new(),
        };
        out.write_all(MAGIC)?;
        out.number(encoded.pieces() as u64)?;
        out.number(encoded.head().len() as u64)?;
        for (bytes, align) in encoded.slices() {
            out.number(bytes.len() as u64)?;
            out.number(align as u64)?;
        }
        out.write_all(encoded.head())?;
        for (bytes, _) in encoded.slices() {
            out.write_all(bytes)?;
        }
        let digest = out.digest.finalize();
        out.inner.write_all(digest.as_bytes())
    })
}

/// Reads the value in `path`.
pub(super) fn read<T: Wire>(path: &Path) -> io::Result<T> {
    let file = File::open(path)?;
    // What lengths in the file are held against: a corrupt one asks for no more memory than the file is long.
    let length = file.metadata()?.len();
    let mut input = Digesting {
        inner: BufReader::new(file),
        digest: blake3::Hasher::new(),
    };
    let mut magic = [0; 8];
    input.exact(&mut magic)?;
    if &magic != MAGIC {
        return Err(corrupt("it is no checkpoint of this version"));
    }
    let (pieces, head) = (input.next_number()?, input.next_number()?);
    if pieces > length / 16 || head > length {
        return Err(corrupt("lengths in it are longer than it is"));
    }
    let mut sizes = Vec::new();
    for _ in 0..pieces {
        sizes.push((input.next_number()?, input.next_number()?));
    }
    let mut left = length - head;
    for &(bytes, align) in &sizes {
        left = left
            .checked_sub(bytes)
            .ok_or_else(|| corrupt("lengths in it are longer than it is"))?;
        if !align.is_power_of_two() || align > ALIGN {
            return Err(corrupt("an alignment in it is none"));
        }
    }
    let mut head = vec![0; size(head)?];
    input.exact(&mut head)?;
    let mut bulk = Vec::new();
    for (bytes, align) in sizes {
        let mut buffer = Buffer::zeroed(size(bytes)?, size(align)?).map_err(io::Error::other)?;
        input.exact(&mut buffer)?;
        bulk.push(buffer);
    }
    let expected = input.digest.finalize();
    let mut digest = [0; 32];
    input.exact(&mut digest)?;
    if expected != digest {
        return Err(corrupt("its bytes have changed since it was written"));
    }
    if input.inner.read(&mut [0])? != 0 {
        return Err(corrupt("it is longer than it says"));
    }
    let mut decoder = Decoder::new(&head, bulk);
    let value = T::decode(&mut decoder).map_err(io::Error::other)?;
    decoder.finish().map_err(io::Error::other)?;
    Ok(value)
}

fn size(bytes: u64) -> io::Result<usize> {
    usize::try_from(bytes).map_err(io::Error::other)
}

fn corrupt(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A reader or writer that digests what passes.
struct Digesting<I> {
    inner: I,
    digest: blake3::Hasher,
}

impl<W: Write> Digesting<W> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.inner.write_all(bytes)
    }

    fn number(&mut self, number: u64) -> io::Result<()> {
        self.write_all(&number.to_le_bytes())
    }
}

impl<R: Read> Digesting<R> {
    fn exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner
            .read_exact(bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => corrupt("it ends too early"),
                _ => error,
            })?;
        self.digest.update(bytes);
        Ok(())
    }

    fn next_number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::{fs, process};

    type Value = (u32, Vec<f64>, Option<String>, Vec<Vec<i16>>);

    fn value() -> Value {
        let many = (0..1000).map(f64::from).collect();
        (
            7,
            many,
            Some("text".into()),
            vec![vec![1; 700], vec![], vec![2]],
        )
    }

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("dagger-{name}-{}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_value_comes_back() {
        let folder = Folder::new("checkpoint-back");
        let path = folder.0.join("a.checkpoint");
        write(&path, &value()).unwrap();
        write(&path, &value()).unwrap();
        assert_eq!(read::<Value>(&path).unwrap(), value());
        assert_eq!(
            fs::read_dir(&folder.0).unwrap().count(),
            1,
            "no part is left"
        );
        write(&path, &()).unwrap();
        read::<()>(&path).unwrap();
    }

    #[test]
    fn what_was_changed_or_cut_is_an_error() {
        let folder = Folder::new("checkpoint-changed");
        let path = folder.0.join("a.checkpoint");
        write(&path, &value()).unwrap();
        let good = fs::read(&path).unwrap();
        for at in (0..good.len())
            .step_by(97)
            .chain(0..120)
            .chain(good.len() - 40..good.len())
        {
            for changed in [good[at] ^ 1, 255 - good[at]] {
                let mut bytes = good.clone();
                bytes[at] = changed;
                fs::write(&path, &bytes).unwrap();
                assert!(read::<Value>(&path).is_err(), "byte {at} changed");
            }
            fs::write(&path, &good[..at]).unwrap();
            assert!(read::<Value>(&path).is_err(), "cut at {at}");
        }
        let mut longer = good.clone();
        longer.push(0);
        fs::write(&path, &longer).unwrap();
        assert!(read::<Value>(&path).is_err());
        fs::write(&path, &good).unwrap();
        assert!(read::<(u32, Vec<f64>)>(&path).is_err(), "another type");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let path = std::env::temp_dir().join("dagger-no-such-folder/a.checkpoint");
        assert!(write(&path, &1).is_err());
        assert_eq!(
            read::<i32>(&path).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
