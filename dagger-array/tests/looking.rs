//! What arrays print, and the pictures of them.

mod cases;

use dagger::array::*;
use dagger::prelude::*;
use ndarray::Ix2;

#[test]
fn shape_blocks_and_corners_are_shown() -> Result<()> {
    let a = DArray::<usize, Ix2>::from_fn([20, 9], Blocks([8, 4]), |(i, j)| 100 * i + j);
    a.wait()?;
    let shown = a.to_string();
    assert!(
        shown.starts_with("DArray<usize> shape [20, 9] in [3, 3] blocks"),
        "{shown}"
    );
    assert!(shown.contains("(9 of 9 ready)"), "{shown}");
    assert!(
        shown.contains("[1900, 1901, 1902, …, 1906, 1907, 1908]]"),
        "{shown}"
    );
    let failed = &a + &DArray::<usize, Ix2>::zeros([2, 2], Blocks([2, 2]));
    assert!(format!("{:?}", failed.eval()).contains("[20, 9]"));
    Ok(())
}

#[test]
fn several_workers_are_named() -> Result<()> {
    let blocks = Blocks([10, 20]).on(Placement::cyclic(0));
    let a = DArray::<f64, Ix2>::ones([50, 20], blocks);
    let (shown, map) = (a.to_string(), a.worker_map()?);
    let map = map.svg();
    if workers() == 3 {
        assert!(shown.contains("on worker 0: 2, 1: 2, 2: 1"), "{shown}");
        assert!(
            map.contains("worker 0: 2 blocks") && map.contains("worker 2: 1 block<"),
            "{map}"
        );
    } else {
        assert!(map.contains("worker 0: 5 blocks"), "{map}");
    }
    Ok(())
}

#[test]
fn heat_maps_are_of_means() -> Result<()> {
    // 0 in the left half, 10 in the right one, and one row without a value.
    let a = DArray::<f64, Ix2>::from_fn([4, 256], Blocks([3, 100]), |(i, j)| {
        if i == 3 {
            f64::NAN
        } else if j < 128 {
            0.0
        } else {
            10.0
        }
    });
    let picture = a.heat_map()?;
    let svg = picture.svg();
    assert_eq!(svg.matches("fill=\"#440154\"").count(), 3 * 32 + 1, "{svg}");
    assert_eq!(svg.matches("fill=\"#fde725\"").count(), 3 * 32 + 1, "{svg}");
    assert_eq!(svg.matches("fill=\"#d0d0d0\"").count(), 64 + 1, "{svg}");
    assert!(
        svg.contains(">10</text>") && svg.contains(">0</text>"),
        "{svg}"
    );
    for odd in [[0, 5], [5, 0], [1, 1]] {
        let a = DArray::<f32, Ix2>::ones(odd, Blocks([2, 2]));
        assert!(a.heat_map()?.svg().ends_with("</svg>\n"));
        assert!(a.worker_map()?.svg().ends_with("</svg>\n"));
    }
    Ok(())
}

#[test]
fn all_of_this_on_three_workers() {
    cases::again_on_three_workers();
}
