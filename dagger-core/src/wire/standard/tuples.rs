//! Tuples: one part after the other; many tuples as columns.

use super::sequences::complete;
use crate::error::{Error, Result};
use crate::wire::{Decoder, Encoder, Wire, owned_bytes};

macro_rules! tuples {
    ($(($($T:ident $index:tt)+))+) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<$($T: Wire),+> Wire for ($($T,)+) {
                fn encode<'a>(&'a self, out: &mut Encoder<'a>) {
                    $(self.$index.encode(out);)+
                }
                fn decode(input: &mut Decoder<'_>) -> Result<Self> {
                    Ok(($($T::decode(input)?,)+))
                }
                fn encode_iter<'a, It>(length: usize, elements: It, out: &mut Encoder<'a>)
                where
                    It: Iterator<Item = &'a Self> + Clone,
                    Self: 'a,
                {
                    $($T::encode_iter(length, elements.clone().map(|element| &element.$index), out);)+
                }
                #[allow(non_snake_case)]
                fn decode_vec(length: usize, input: &mut Decoder<'_>) -> Result<Vec<Self>> {
                    $(let $T = $T::decode_vec(length, input)?;)+
                    $(complete(length, $T.len())?;)+
                    $(let mut $T = $T.into_iter();)+
                    (0..length)
                        .map(|_| Some(($($T.next()?,)+)))
                        .collect::<Option<_>>()
                        .ok_or_else(|| Error::msg("a column has too few elements"))
                }
                fn bytes(&self) -> usize {
                    size_of::<Self>() $(+ owned_bytes(&self.$index))+
                }
                fn crosses() -> bool {
                    true $(&& $T::crosses())+
                }
            }
        )+
    };
}

tuples! {
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11 M 12 N 13 O 14 P 15)
}
