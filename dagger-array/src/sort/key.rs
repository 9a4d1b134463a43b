//! What can be sorted: elements with a key whose order is total.

use crate::element::Element;

/// An element that can be sorted: integers, floats, `bool`, `char`, `String`.
///
/// Elements are compared by their keys, so that a comparison of floats is one of integers. Floats are in ascending order, with
/// -0.0 before 0.0. A NaN has no key: there is no place for it, and what is asked to sort it fails with its index.
pub trait Sortable: Element {
    /// What is compared.
    type Key: Element + Ord;

    /// The key; none for what has no place in the order.
    fn key(&self) -> Option<Self::Key>;

    /// The element with this key.
    fn from_key(key: Self::Key) -> Self;
}

/// Types that are their own keys.
macro_rules! ordered {
    ($($type:ty)+) => {
        $(
            impl Sortable for $type {
                type Key = $type;

                #[inline(always)]
                fn key(&self) -> Option<$type> {
                    Some(self.clone())
                }

                #[inline(always)]
                fn from_key(key: $type) -> $type {
                    key
                }
            }
        )+
    };
}

ordered!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize bool char String);

/// Floats: their bits as an integer, of which those of negative numbers but for the sign are flipped, are in the order of the numbers.
macro_rules! floats {
    ($($type:ident $bits:ident $shift:literal;)+) => {
        $(
            impl Sortable for $type {
                type Key = $bits;

                #[inline(always)]
                fn key(&self) -> Option<$bits> {
                    let bits = self.to_bits() as $bits;
                    (!self.is_nan()).then_some(bits ^ ((bits >> $shift) & $bits::MAX))
                }

                #[inline(always)]
                fn from_key(key: $bits) -> $type {
                    $type::from_bits((key ^ ((key >> $shift) & $bits::MAX)) as _)
                }
            }
        )+
    };
}

floats! {
    f32 i32 31;
    f64 i64 63;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_floats_are_in_their_order_and_lead_back() {
        let ascending = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            -5e-324,
            -0.0,
            0.0,
            5e-324,
            1.0,
            f64::MAX,
            f64::INFINITY,
        ];
        let keys: Vec<i64> = ascending.iter().filter_map(Sortable::key).collect();
        assert!(keys.is_sorted() && keys.len() == ascending.len());
        for (float, key) in ascending.iter().zip(keys) {
            assert_eq!(f64::from_key(key).to_bits(), float.to_bits());
            let narrow = *float as f32;
            let back = narrow.key().map(f32::from_key);
            assert_eq!(back.map(f32::to_bits), Some(narrow.to_bits()));
        }
        assert_eq!(f64::NAN.key(), None);
        assert_eq!((-f32::NAN).key(), None);
    }
}
