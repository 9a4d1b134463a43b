//! The types a kernel computes with.

/// A type that fits into one element of an array: a number or a truth value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "they are named as in Rust")]
pub enum ScalarType {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Isize,
    U8,
    U16,
    U32,
    U64,
    Usize,
    F32,
    F64,
}

impl ScalarType {
    /// All of them.
    pub const ALL: [ScalarType; 13] = [
        ScalarType::Bool,
        ScalarType::I8,
        ScalarType::I16,
        ScalarType::I32,
        ScalarType::I64,
        ScalarType::Isize,
        ScalarType::U8,
        ScalarType::U16,
        ScalarType::U32,
        ScalarType::U64,
        ScalarType::Usize,
        ScalarType::F32,
        ScalarType::F64,
    ];

    /// Its name in Rust.
    pub const fn name(self) -> &'static str {
        match self {
            ScalarType::Bool => "bool",
            ScalarType::I8 => "i8",
            ScalarType::I16 => "i16",
            ScalarType::I32 => "i32",
            ScalarType::I64 => "i64",
            ScalarType::Isize => "isize",
            ScalarType::U8 => "u8",
            ScalarType::U16 => "u16",
            ScalarType::U32 => "u32",
            ScalarType::U64 => "u64",
            ScalarType::Usize => "usize",
            ScalarType::F32 => "f32",
            ScalarType::F64 => "f64",
        }
    }

    /// The type of that name.
    pub fn named(name: &str) -> Option<ScalarType> {
        ScalarType::ALL.into_iter().find(|ty| ty.name() == name)
    }

    /// Its bytes in memory. `usize` and `isize` have eight: devices and the hosts they serve are 64-bit machines.
    pub const fn size(self) -> usize {
        match self {
            ScalarType::Bool | ScalarType::I8 | ScalarType::U8 => 1,
            ScalarType::I16 | ScalarType::U16 => 2,
            ScalarType::I32 | ScalarType::U32 | ScalarType::F32 => 4,
            _ => 8,
        }
    }

    /// Whether it is a floating-point number.
    pub const fn is_float(self) -> bool {
        matches!(self, ScalarType::F32 | ScalarType::F64)
    }

    /// Whether it is an integer.
    pub const fn is_integer(self) -> bool {
        !self.is_float() && !matches!(self, ScalarType::Bool)
    }

    /// Whether it is an integer that can be negative.
    pub const fn is_signed(self) -> bool {
        matches!(
            self,
            ScalarType::I8
                | ScalarType::I16
                | ScalarType::I32
                | ScalarType::I64
                | ScalarType::Isize
        )
    }

    /// The unsigned integer of the same size; for a float the one that holds its bits.
    pub const fn unsigned(self) -> ScalarType {
        match self {
            ScalarType::I8 => ScalarType::U8,
            ScalarType::I16 => ScalarType::U16,
            ScalarType::I32 | ScalarType::F32 => ScalarType::U32,
            ScalarType::I64 | ScalarType::F64 => ScalarType::U64,
            ScalarType::Isize => ScalarType::Usize,
            other => other,
        }
    }

    /// The signed integer of the same size.
    pub const fn signed(self) -> ScalarType {
        match self {
            ScalarType::U8 => ScalarType::I8,
            ScalarType::U16 => ScalarType::I16,
            ScalarType::U32 => ScalarType::I32,
            ScalarType::U64 => ScalarType::I64,
            ScalarType::Usize => ScalarType::Isize,
            other => other,
        }
    }
}

/// The type of a parameter, a variable or a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number or a truth value.
    Scalar(ScalarType),
    /// A tuple.
    Tuple(&'static [Type]),
    /// An array of fixed length.
    Array(&'static Type, usize),
    /// A type parameter of the kernel, by its index.
    Parameter(usize),
    /// The neighbourhood of an element: the elements' type and the number of dimensions.
    Neighbours(&'static Type, usize),
    /// Not written in the source: `_`.
    Inferred,
}
