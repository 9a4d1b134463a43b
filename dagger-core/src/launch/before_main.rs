//! What crates that are only linked, and called by nobody, do before `main`.

/// Has the loader evaluate an expression before `main`: for backends that register themselves by being linked. Once a module.
///
/// The expression must need nothing that `main` would have to set up first.
#[doc(hidden)]
#[macro_export]
macro_rules! before_main {
    ($does:expr) => {
        // SAFETY: the section holds pointers to functions of this kind, which the loader calls once, in the thread that then runs
        // `main`.
        #[used]
        #[cfg_attr(
            not(target_vendor = "apple"),
            unsafe(link_section = ".init_array.65000")
        )]
        #[cfg_attr(
            target_vendor = "apple",
            unsafe(link_section = "__DATA,__mod_init_func")
        )]
        static BEFORE_MAIN: extern "C" fn() = before_main;

        extern "C" fn before_main() {
            $does;
        }
    };
}
