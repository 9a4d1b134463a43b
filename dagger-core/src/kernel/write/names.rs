//! Names of variables that C++ takes.

use std::collections::HashSet;

/// The names in use in one function.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// A free name as close to the wanted one as can be.
    pub(super) fn free(&mut self, wanted: &str) -> String {
        let base = ascii(wanted);
        let mut name = if is_reserved(&base) {
            format!("{base}_")
        } else {
            base.clone()
        };
        let mut count = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{base}_{count}");
            count += 1;
        }
        name
    }
}

/// The name with letters that C++ compilers disagree on spelled out.
pub(super) fn ascii(name: &str) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            text.push(letter);
        } else {
            text.push_str(&format!("u{:x}", u32::from(letter)));
        }
    }
    text
}

/// Whether the name means something to C++, to CUDA or to the prelude.
fn is_reserved(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "alignas",
        "alignof",
        "and",
        "and_eq",
        "asm",
        "assert",
        "auto",
        "bitand",
        "bitor",
        "blockDim",
        "blockIdx",
        "bool",
        "break",
        "case",
        "catch",
        "char",
        "char16_t",
        "char32_t",
        "class",
        "compl",
        "const",
        "const_cast",
        "constexpr",
        "continue",
        "decltype",
        "default",
        "delete",
        "do",
        "double",
        "dynamic_cast",
        "else",
        "enum",
        "explicit",
        "export",
        "extern",
        "f32",
        "f64",
        "false",
        "fault",
        "float",
        "for",
        "friend",
        "goto",
        "gridDim",
        "i16",
        "i32",
        "i64",
        "i8",
        "if",
        "inline",
        "int",
        "isize",
        "long",
        "mutable",
        "namespace",
        "new",
        "noexcept",
        "not",
        "not_eq",
        "nullptr",
        "operator",
        "or",
        "or_eq",
        "private",
        "protected",
        "public",
        "register",
        "reinterpret_cast",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "static_cast",
        "struct",
        "switch",
        "template",
        "this",
        "thread_local",
        "threadIdx",
        "throw",
        "true",
        "try",
        "typedef",
        "typeid",
        "typename",
        "u16",
        "u32",
        "u64",
        "u8",
        "union",
        "unix",
        "unsigned",
        "using",
        "usize",
        "virtual",
        "void",
        "volatile",
        "warpSize",
        "wchar_t",
        "while",
        "linux",
        "xor",
        "xor_eq",
    ];
    name.contains("__")
        || name.starts_with("dg_")
        || name.starts_with("kernel_")
        || name.starts_with(|first: char| first == '_' || first.is_ascii_uppercase())
        || WORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free_and_mean_nothing_else() {
        let mut names = Names::default();
        assert_eq!(names.free("x"), "x");
        assert_eq!(names.free("x"), "x_2");
        assert_eq!(names.free("x_2"), "x_2_2");
        assert_eq!(names.free("double"), "double_");
        assert_eq!(names.free("r#try"), "try_");
        assert_eq!(names.free("α"), "u3b1");
        assert_eq!(names.free("_unused"), "_unused_");
    }
}
