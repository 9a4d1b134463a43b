//! Expansions, in-process.

use super::expand;
use quote::quote;

fn expanded(item: proc_macro2::TokenStream) -> String {
    let tokens = expand(item);
    let file: syn::File = syn::parse2(tokens).unwrap();
    prettyplease::unparse(&file)
}

#[test]
fn parameters_and_what_is_named_through_them_are_bounded() {
    let text = expanded(quote! {
        struct Pair<'a, T: Iterator + Clone, const N: usize = 3> where T::Item: Clone {
            first: T::Item,
            again: Vec<T::Item>,
            other: Option<<T as Iterator>::Item>,
            name: std::borrow::Cow<'a, str>,
            last: [T; N],
        }
    });
    assert!(
        text.contains("impl<'a, T: Iterator + Clone + ::dagger::Wire, const N: usize>"),
        "{text}"
    );
    assert!(text.contains("for Pair<'a, T, N>"), "{text}");
    assert_eq!(text.matches("T::Item: ::dagger::Wire").count(), 1, "{text}");
    assert!(
        text.contains("<T as Iterator>::Item: ::dagger::Wire"),
        "{text}"
    );
}

#[test]
fn mistakes_give_an_error_each_and_a_stub() {
    let text = expanded(quote! {
        struct Wrong<'a> {
            text: &'a str,
            address: *const u8,
            function: fn(u8) -> u8,
        }
    });
    assert_eq!(text.matches("compile_error!").count(), 3, "{text}");
    assert!(
        text.contains("impl<'a> ::dagger::Wire for Wrong<'a>"),
        "{text}"
    );
}
