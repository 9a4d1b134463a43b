//! `.npy` files: those of numpy are read, ours are read back, by numpy too where it is there, and mistakes are told.

mod cases;

use cases::{Case, Folder, case};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array, Array2, Ix0, Ix1, Ix2, Ix3, IxDyn, arr0, arr1};
use num_complex::Complex;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file that numpy has written; `tests/data/README.md` says how.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(&folder.0).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// 0 to 11 in three rows.
fn counting<T>(of: impl Fn(f64) -> T) -> Array2<T> {
    Array2::from_shape_fn((3, 4), |(i, j)| of((4 * i + j) as f64))
}

fn read<T: NpyElement>(name: &str, blocks: [usize; 2]) -> Array2<T> {
    DArray::read_npy(fixture(name), Blocks(blocks))
        .collect()
        .unwrap()
}

#[test]
fn files_of_numpy_in_any_blocks() {
    for blocks in [[1, 1], [2, 3], [3, 4], [3, 1], [1, 4], [100, 100]] {
        assert_eq!(
            read::<f64>("c_order_f8.npy", blocks),
            counting(|x| x * 0.5 - 1.0)
        );
        assert_eq!(
            read::<f64>("fortran_order_f8.npy", blocks),
            counting(|x| x * 0.5 - 1.0)
        );
        assert_eq!(
            read::<f32>("big_endian_f4.npy", blocks),
            counting(|x| x as f32 * 0.25)
        );
        assert_eq!(
            read::<Complex<f64>>("complex_c16.npy", blocks),
            counting(|x| Complex::new(x, -x * x))
        );
        let single = counting(|x| Complex::new(x as f32, (-x * x) as f32));
        assert_eq!(read::<Complex<f32>>("big_endian_c8.npy", blocks), single);
        assert_eq!(
            read::<bool>("bool.npy", blocks),
            counting(|x| x % 3.0 == 0.0)
        );
        assert_eq!(read::<f64>("version_2_f8.npy", blocks), counting(|x| x));
    }
}

#[test]
fn files_of_numpy_of_every_integer() -> Result<()> {
    fn vector<T: NpyElement + From<u8> + PartialEq + std::fmt::Debug>(name: &str) -> Result<()> {
        let read = DArray::<T, Ix1>::read_npy(fixture(name), Blocks([2])).collect()?;
        assert_eq!(read, arr1(&[3, 4, 5, 6, 7].map(T::from)));
        Ok(())
    }
    let bytes = DArray::<i8, Ix1>::read_npy(fixture("vector_i1.npy"), Blocks([2])).collect()?;
    assert_eq!(bytes, arr1(&[3, 4, 5, 6, 7]));
    vector::<i16>("vector_i2.npy")?;
    vector::<i32>("vector_i4.npy")?;
    vector::<i64>("vector_i8.npy")?;
    vector::<u8>("vector_u1.npy")?;
    vector::<u16>("vector_u2.npy")?;
    vector::<u32>("vector_u4.npy")?;
    vector::<u64>("vector_u8.npy")?;
    vector::<usize>("vector_u8.npy")?;
    let scalar = DArray::<f64, Ix0>::read_npy(fixture("scalar_f8.npy"), Blocks([]));
    assert_eq!(scalar.collect()?, arr0(2.5));
    let empty = DArray::<f32, Ix2>::read_npy(fixture("empty_f4.npy"), Blocks([2, 2]));
    assert_eq!(empty.collect()?.dim(), (0, 3));
    let any = DArray::<f64, IxDyn>::read_npy(fixture("c_order_f8.npy"), Blocks(vec![2, 2]));
    assert_eq!(any.collect()?, counting(|x| x * 0.5 - 1.0).into_dyn());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn written_arrays_are_read_back(Case { local, array, .. } in case(), edges in cases::blocks()) {
        let folder = Folder::new("npy");
        let path = folder.0.join("a.npy");
        array.write_npy(&path).unwrap();
        prop_assert_eq!(names(&folder), ["a.npy"]);
        let back = DArray::<f64, Ix2>::read_npy(&path, Blocks(edges));
        prop_assert_eq!(back.collect().unwrap(), local);
    }
}

/// Fortran order in three dimensions, where more than one axis is whole or cut.
#[test]
fn three_axes() -> Result<()> {
    let folder = Folder::new("npy");
    let path = folder.0.join("a.npy");
    let a = Array::from_shape_fn((4, 3, 5), |(i, j, k)| (100 * i + 10 * j + k) as u16);
    for blocks in [
        [4, 3, 5],
        [2, 3, 5],
        [4, 2, 5],
        [4, 3, 2],
        [3, 2, 2],
        [1, 1, 1],
    ] {
        DArray::distribute(&a, Blocks(blocks)).write_npy(&path)?;
        let back = DArray::<u16, Ix3>::read_npy(&path, Blocks([2, 2, 3]));
        assert_eq!(back.collect()?, a);
        // The header says Fortran order, so the same bytes are the transpose.
        let mut bytes = fs::read(&path)?;
        let (row_major, fortran) = (b"False, 'shape': (4, 3, 5)", b"True , 'shape': (5, 3, 4)");
        let mut places = bytes.windows(row_major.len());
        let at = places.position(|bytes| bytes == row_major).unwrap();
        bytes[at..at + fortran.len()].copy_from_slice(fortran);
        let turned = folder.0.join("f.npy");
        fs::write(&turned, bytes)?;
        let back = DArray::<u16, Ix3>::read_npy(&turned, Blocks([blocks[2], blocks[1], blocks[0]]));
        assert_eq!(back.collect()?, a.view().reversed_axes());
    }
    Ok(())
}

#[test]
fn mistakes_are_told() -> Result<()> {
    let folder = Folder::new("npy");
    let says = |error: Error, words: &[&str]| {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(text.contains("npy.rs:"), "{text}");
    };
    let no = |path: PathBuf| {
        DArray::<f64, Ix2>::read_npy(path, Blocks([2, 2]))
            .check()
            .unwrap_err()
    };
    says(no(folder.0.join("none.npy")), &["none.npy", "No such file"]);
    says(no(folder.0.clone()), &["directory"]);
    says(
        no(fixture("big_endian_f4.npy")),
        &["big_endian_f4.npy", "'>f4'", "f64 ('f8')"],
    );
    says(no(fixture("strings.npy")), &["strings.npy", "'<U2'"]);
    says(
        no(fixture("scalar_f8.npy")),
        &["scalar_f8.npy", "0 axes", "has 2"],
    );
    let whole = fs::read(fixture("c_order_f8.npy"))?;
    for (length, words) in [
        (0, "not an .npy file"),
        (7, "not an .npy file"),
        (9, "inside of the header"),
        (50, "inside of the header"),
        (whole.len() - 1, "truncated: shape [3, 4]"),
    ] {
        let path = folder.0.join("short.npy");
        fs::write(&path, &whole[..length])?;
        says(no(path), &["short.npy", words]);
    }
    let path = folder.0.join("text.npy");
    fs::write(&path, "1, 2, 3, 4, 5")?;
    says(no(path), &["text.npy", "not an .npy file"]);
    // A file that shrinks after the call fails its block.
    let path = folder.0.join("shrinks.npy");
    fs::write(&path, &whole)?;
    let before = DArray::<f64, Ix2>::read_npy(&path, Blocks([3, 4]));
    assert!(before.collect().is_ok());

    let a = DArray::<f64, Ix2>::ones([3, 4], Blocks([2, 2]));
    says(
        a.write_npy(folder.0.join("no/such/folder.npy"))
            .unwrap_err(),
        &["folder.npy", "No such file"],
    );
    says(a.write_npy(&folder.0).unwrap_err(), &["directory"]);
    Ok(())
}

/// What cannot be written leaves what was there before, and nothing beside it.
#[test]
fn nothing_half_written_remains() -> Result<()> {
    let folder = Folder::new("npy");
    let path = folder.0.join("a.npy");
    let good = DArray::<f64, Ix2>::ones([5, 4], Blocks([2, 2]));
    good.write_npy(&path)?;
    let bad = good
        .map(|x: f64| if x > 0.0 { panic!("no value") } else { x })
        .eval();
    let error = bad.write_npy(&path).unwrap_err().to_string();
    assert!(error.contains("no value"), "{error}");
    assert_eq!(names(&folder), ["a.npy"]);
    assert_eq!(
        DArray::<f64, Ix2>::read_npy(&path, Blocks([5, 4])).collect()?,
        good.collect()?
    );
    let failed = good.reshape([3, 3]);
    assert!(
        failed
            .write_npy(folder.0.join("b.npy"))
            .unwrap_err()
            .to_string()
            .contains("reshape")
    );
    assert_eq!(names(&folder), ["a.npy"]);
    Ok(())
}

#[test]
fn numpy_reads_what_we_write() -> Result<()> {
    let numpy = Command::new("python3")
        .args(["-c", "import numpy"])
        .output();
    if !numpy.is_ok_and(|output| output.status.success()) {
        println!("left out: there is no Python with numpy");
        return Ok(());
    }
    let folder = Folder::new("npy");
    let values = counting(|x| x * 0.5 - 1.0);
    let array = DArray::distribute(&values, Blocks([2, 3]));
    array.write_npy(folder.0.join("f8.npy"))?;
    array
        .map(|x: f64| Complex::new(x as f32, 2.0))
        .eval()
        .write_npy(folder.0.join("c8.npy"))?;
    array
        .map(|x: f64| x > 0.0)
        .eval()
        .write_npy(folder.0.join("b1.npy"))?;
    array
        .slice(ndarray::s![1, ..])
        .map(|x: f64| x as i16)
        .eval()
        .write_npy(folder.0.join("i2.npy"))?;
    let program = "import numpy as np\na = np.arange(12).reshape(3, 4) * 0.5 - 1.0\n\
        load = lambda name, kind: (x := np.load(name + '.npy'), x.dtype.str == kind or exit(kind))[0]\n\
        assert (load('f8', '<f8') == a).all()\n\
        assert (load('c8', '<c8') == a + 2j).all()\n\
        assert (load('b1', '|b1') == (a > 0)).all()\n\
        assert (load('i2', '<i2') == a[1].astype('i2')).all()\n";
    let output = Command::new("python3")
        .args(["-c", program])
        .current_dir(&folder.0)
        .output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
