//! Zarr arrays: ours are read back, by zarr-python too where it is there; folders of version 2, missing chunks, and mistakes.

mod cases;

use cases::{Case, Folder, case};
use dagger::array::*;
use dagger::prelude::*;
use ndarray::{Array2, Array3, Ix0, Ix2, Ix3, IxDyn, arr0, arr2, s};
use num_complex::Complex;
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A folder of version 2, with a text that describes it and chunks by their names.
fn version_2(
    folder: &Folder,
    name: &str,
    description: &str,
    chunks: &[(&str, Vec<u8>)],
) -> PathBuf {
    let path = folder.path(name);
    fs::create_dir(&path).unwrap();
    fs::write(path.join(".zarray"), description).unwrap();
    for (name, bytes) in chunks {
        fs::write(path.join(name), bytes).unwrap();
    }
    path
}

fn bytes(of: &[i32]) -> Vec<u8> {
    of.iter().flat_map(|x| x.to_le_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn written_arrays_are_read_back(Case { local, array, .. } in case(), edges in cases::blocks()) {
        let folder = Folder::new("zarr");
        let path = folder.path("a.zarr");
        array.write_zarr(&path).unwrap();
        let back = DArray::<f64, Ix2>::read_zarr(&path, Blocks(edges));
        prop_assert_eq!(back.collect().unwrap(), local);
        // Nothing else has been left beside it.
        prop_assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    /// A slice's blocks begin anywhere, so that they are no chunks.
    #[test]
    fn blocks_of_different_sizes_are_cut_anew(from in 0_usize..6, cut in 1_usize..6) {
        let folder = Folder::new("zarr");
        let local = Array2::from_shape_fn((13, 11), |(i, j)| (11 * i + j) as i64);
        let array = DArray::distribute(&local, Blocks([4, 3]));
        let part = array.slice(s![from.., from..;2]);
        let path = folder.path("part");
        part.write_zarr(&path).unwrap();
        let back = DArray::<i64, Ix2>::read_zarr(&path, Blocks([cut, cut]));
        prop_assert_eq!(back.collect().unwrap(), local.slice(s![from.., from..;2]));
    }
}

#[test]
fn every_type_and_number_of_axes() -> Result<()> {
    fn round<T: ZarrElement + PartialEq + std::fmt::Debug>(of: fn(u8) -> T) -> Result<()> {
        let folder = Folder::new("zarr");
        let local = Array3::from_shape_fn((2, 3, 4), |(i, j, k)| of((12 * i + 4 * j + k) as u8));
        let path = folder.path("a");
        DArray::distribute(&local, Blocks([2, 2, 3])).write_zarr(&path)?;
        assert_eq!(
            DArray::<T, Ix3>::read_zarr(&path, Blocks([1, 3, 4])).collect()?,
            local
        );
        let any = DArray::<T, IxDyn>::read_zarr(&path, Blocks(IxDyn(&[2, 2, 2])));
        assert_eq!(any.collect()?, local.into_dyn());
        Ok(())
    }
    round(|x| x % 3 == 0)?;
    round(|x| x as i8 - 9)?;
    round(|x| i16::from(x) - 9)?;
    round(|x| i32::from(x) - 9)?;
    round(|x| i64::from(x) - 9)?;
    round(|x| x)?;
    round(u16::from)?;
    round(u32::from)?;
    round(u64::from)?;
    round(|x| f32::from(x) / 3.0)?;
    round(|x| f64::from(x) / 3.0)?;
    round(|x| Complex::new(f32::from(x), -1.5))?;
    round(|x| Complex::new(f64::from(x), -1.5))?;
    let folder = Folder::new("zarr");
    let path = folder.path("one");
    DArray::distribute(&arr0(2.5), Blocks([])).write_zarr(&path)?;
    let one = DArray::<f64, Ix0>::read_zarr(&path, Blocks([]));
    assert_eq!(one.collect()?, arr0(2.5));
    Ok(())
}

#[test]
fn folders_of_version_2_in_either_order() -> Result<()> {
    let folder = Folder::new("zarr");
    let describe = |order: &str| {
        format!(
            r#"{{"zarr_format": 2, "shape": [3, 4], "chunks": [2, 2], "dtype": "<i4", "compressor": null,
                "fill_value": -1, "order": "{order}", "filters": null}}"#
        )
    };
    // The chunk (1, 0) is not there: it is all -1. Chunks at the end have a row that is not the array's.
    let chunks = |transposed: bool| {
        let cell = |a, b, c, d| {
            let (b, c) = if transposed { (c, b) } else { (b, c) };
            bytes(&[a, b, c, d])
        };
        [
            ("0.0", cell(0, 1, 4, 5)),
            ("0.1", cell(2, 3, 6, 7)),
            ("1.1", cell(10, 11, 99, 99)),
        ]
    };
    let expected = arr2(&[[0, 1, 2, 3], [4, 5, 6, 7], [-1, -1, 10, 11]]);
    for order in ["C", "F"] {
        let path = version_2(&folder, order, &describe(order), &chunks(order == "F"));
        for edges in [[2, 2], [1, 4], [3, 3]] {
            let read = DArray::<i32, Ix2>::read_zarr(&path, Blocks(edges));
            assert_eq!(read.collect()?, expected, "{order}");
        }
    }
    Ok(())
}

#[test]
fn mistakes_are_told() -> Result<()> {
    let folder = Folder::new("zarr");
    let says = |error: Error, words: &[&str]| {
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    let no = |path: &PathBuf| {
        let error = DArray::<f64, Ix2>::read_zarr(path, Blocks([2, 2]))
            .check()
            .unwrap_err();
        assert!(error.to_string().contains("read_zarr at"), "{error}");
        assert!(error.to_string().contains("zarr.rs:"), "{error}");
        error
    };
    says(no(&folder.path("none")), &["none", "No such file"]);
    says(no(&folder.0), &["metadata"]);
    let file = folder.path("file");
    fs::write(&file, "text")?;
    says(no(&file), &["file", "ot a directory"]);
    let spoilt = folder.path("spoilt");
    fs::create_dir(&spoilt)?;
    fs::write(spoilt.join("zarr.json"), "{\"zarr_format\": 3, ")?;
    says(no(&spoilt), &["spoilt", "zarr.json"]);

    let path = folder.path("a");
    let a = DArray::<f64, Ix2>::ones([4, 6], Blocks([2, 3]));
    a.write_zarr(&path)?;
    let wrong = DArray::<f32, Ix2>::read_zarr(&path, Blocks([2, 2])).check();
    says(wrong.unwrap_err(), &["float64", "f32"]);
    let wrong = DArray::<f64, Ix3>::read_zarr(&path, Blocks([2, 2, 2])).check();
    says(wrong.unwrap_err(), &["[4, 6] has 2 axes", "has 3"]);

    // A chunk that is cut short fails the blocks that need it, and no others; one that is gone is the fill value.
    let chunk = path.join("c/1/0");
    let whole = fs::read(&chunk)?;
    assert_eq!(whole.len(), 2 * 3 * 8);
    fs::write(&chunk, &whole[..11])?;
    let read = DArray::<f64, Ix2>::read_zarr(&path, Blocks([2, 3]));
    assert_eq!(read.block([0, 1]).fetch()?, Array2::<f64>::ones((2, 3)));
    says(read.block([1, 0]).fetch().unwrap_err(), &["a: "]);
    says(read.collect().unwrap_err(), &["a: "]);
    fs::remove_file(&chunk)?;
    let read = DArray::<f64, Ix2>::read_zarr(&path, Blocks([2, 3]));
    assert_eq!(read.sum().fetch()?, 18.0);

    // What is there stays.
    says(
        a.write_zarr(&path).unwrap_err(),
        &["write_zarr at", "exists"],
    );
    says(
        a.write_zarr(folder.path("no/such/a")).unwrap_err(),
        &["No such file"],
    );
    let bad = a
        .map(|x: f64| if x > 0.0 { panic!("no value") } else { x })
        .eval();
    says(bad.write_zarr(folder.path("b")).unwrap_err(), &["no value"]);
    says(
        a.reshape([5, 5]).write_zarr(folder.path("b")).unwrap_err(),
        &["reshape"],
    );
    let mut names: Vec<_> = fs::read_dir(&folder.0)?
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "file", "spoilt"]);
    Ok(())
}

#[test]
fn zarr_python_and_we_read_each_other() -> Result<()> {
    let there = Command::new("python3").args(["-c", "import zarr"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        println!("left out: there is no Python with zarr");
        return Ok(());
    }
    let folder = Folder::new("zarr");
    let local = Array2::from_shape_fn((7, 5), |(i, j)| (5 * i + j) as f64 / 2.0);
    DArray::distribute(&local, Blocks([3, 2])).write_zarr(folder.path("ours"))?;
    let program = "import numpy as np, zarr\na = np.arange(35).reshape(7, 5) / 2\n\
        assert (zarr.open('ours', mode='r')[:] == a).all()\n\
        for version in [2, 3]:\n\
        \x20   z = zarr.create_array(f'theirs{version}', shape=a.shape, chunks=(4, 2), dtype='f8', zarr_format=version)\n\
        \x20   z[:] = a\n";
    let output = Command::new("python3")
        .args(["-c", program])
        .current_dir(&folder.0)
        .output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    for theirs in ["theirs2", "theirs3"] {
        let read = DArray::<f64, Ix2>::read_zarr(folder.path(theirs), Blocks([3, 3]));
        assert_eq!(read.collect()?, local, "{theirs}");
    }
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
