//! What well-known methods do with their receiver, by name.
//!
//! Only rustc knows what a method needs. A wrong guess here costs parallelism or a compile error, never correctness:
//! the parallel form hands out a shared reference where a method is taken to look, so one that wants more does not compile.

/// Whether a method of that name changes its receiver in place.
pub(crate) fn changes(method: &str) -> bool {
    const NAMES: [&str; 44] = [
        "push",
        "pop",
        "insert",
        "remove",
        "clear",
        "extend",
        "append",
        "truncate",
        "resize",
        "sort",
        "sort_by",
        "sort_by_key",
        "sort_unstable",
        "sort_unstable_by",
        "sort_unstable_by_key",
        "sort_by_cached_key",
        "reverse",
        "fill",
        "fill_with",
        "swap",
        "retain",
        "drain",
        "dedup",
        "dedup_by",
        "dedup_by_key",
        "entry",
        "push_str",
        "push_back",
        "push_front",
        "pop_back",
        "pop_front",
        "rotate_left",
        "rotate_right",
        "copy_from_slice",
        "clone_from_slice",
        "copy_within",
        "swap_remove",
        "extend_from_slice",
        "get_or_insert",
        "get_or_insert_with",
        "next",
        "next_back",
        "nth",
        "insert_str",
    ];
    method.ends_with("_mut") || NAMES.contains(&method)
}

/// Whether a method of that name takes its receiver by value.
pub(crate) fn takes(method: &str) -> bool {
    const NAMES: [&str; 37] = [
        "unwrap",
        "unwrap_or",
        "unwrap_or_else",
        "unwrap_or_default",
        "unwrap_err",
        "expect",
        "expect_err",
        "ok",
        "err",
        "ok_or",
        "ok_or_else",
        "map",
        "map_err",
        "and_then",
        "or_else",
        "filter",
        "filter_map",
        "flat_map",
        "flatten",
        "fold",
        "reduce",
        "sum",
        "product",
        "collect",
        "zip",
        "chain",
        "rev",
        "enumerate",
        "skip",
        "step_by",
        "cloned",
        "copied",
        "unzip",
        "partition",
        "for_each",
        "count",
        "finish",
    ];
    method.starts_with("into_") || NAMES.contains(&method)
}

/// Whether a method of that name only looks at its receiver.
pub(crate) fn only_looks(method: &str) -> bool {
    const NAMES: [&str; 38] = [
        "len",
        "is_empty",
        "iter",
        "get",
        "first",
        "last",
        "contains",
        "contains_key",
        "clone",
        "to_vec",
        "to_owned",
        "to_string",
        "abs",
        "sqrt",
        "powi",
        "powf",
        "sin",
        "cos",
        "exp",
        "ln",
        "chunks",
        "chunks_exact",
        "windows",
        "split_at",
        "starts_with",
        "ends_with",
        "keys",
        "values",
        "lines",
        "chars",
        "bytes",
        "nrows",
        "ncols",
        "shape",
        "dim",
        "capacity",
        "is_some",
        "is_none",
    ];
    method.starts_with("as_") && !method.ends_with("_mut") || NAMES.contains(&method)
}

/// Whether a method of that name is cheap and its result borrows nothing.
pub(crate) fn measures(method: &str) -> bool {
    const NAMES: [&str; 19] = [
        "len",
        "is_empty",
        "min",
        "max",
        "abs",
        "nrows",
        "ncols",
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "saturating_sub",
        "saturating_add",
        "div_ceil",
        "pow",
        "is_power_of_two",
        "next_power_of_two",
        "trailing_zeros",
        "leading_zeros",
        "clamp",
    ];
    NAMES.contains(&method)
}

/// Whether a method of that name cheaply hands out parts of its receiver.
pub(crate) fn divides(method: &str) -> bool {
    const NAMES: [&str; 10] = [
        "split_at",
        "split_at_mut",
        "split_first",
        "split_first_mut",
        "split_last",
        "split_last_mut",
        "as_slice",
        "as_mut_slice",
        "as_str",
        "as_ref",
    ];
    NAMES.contains(&method)
}
