//! The tuples that arguments of a call come in, for what is implemented for each of them.

/// Calls a macro with the parts of every tuple of up to sixteen: `A 0, B 1` for a pair.
macro_rules! for_each_tuple {
    ($callback:ident) => {
        $callback!();
        $callback!(A 0);
        $callback!(A 0, B 1);
        $callback!(A 0, B 1, C 2);
        $callback!(A 0, B 1, C 2, D 3);
        $callback!(A 0, B 1, C 2, D 3, E 4);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14);
        $callback!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15);
    };
}

pub(crate) use for_each_tuple;
