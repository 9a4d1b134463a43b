//! The types of elements that Zarr arrays can hold here.

use num_complex::Complex;
use zarrs::array::{DataType, ElementOwned, FillValue, data_type};

use crate::element::Element;

/// An element that Zarr arrays can hold: `bool`, integers of 8 to 64 bits, `f32`, `f64`, and complex numbers.
pub trait ZarrElement: Element + ElementOwned {
    /// What Zarr calls it.
    #[doc(hidden)]
    fn data_type() -> DataType;

    /// What stands for chunks that are not there: 0 or false.
    #[doc(hidden)]
    fn fill_value() -> FillValue;
}

macro_rules! elements {
    ($($type:ty, $data_type:ident, $zero:expr;)+) => {
        $(
            impl ZarrElement for $type {
                fn data_type() -> DataType {
                    data_type::$data_type()
                }

                fn fill_value() -> FillValue {
                    FillValue::from($zero)
                }
            }
        )+
    };
}

elements! {
    bool, bool, false;
    i8, int8, 0_i8;
    i16, int16, 0_i16;
    i32, int32, 0_i32;
    i64, int64, 0_i64;
    u8, uint8, 0_u8;
    u16, uint16, 0_u16;
    u32, uint32, 0_u32;
    u64, uint64, 0_u64;
    f32, float32, 0_f32;
    f64, float64, 0_f64;
    Complex<f32>, complex64, Complex::new(0_f32, 0.0);
    Complex<f64>, complex128, Complex::new(0_f64, 0.0);
}
