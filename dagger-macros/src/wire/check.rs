//! What cannot cross, and what to do instead.

use syn::{Data, DeriveInput, Error, Field, Meta, Type};

/// Adds an error for everything in the item that cannot be written and read again.
pub(super) fn item(input: &DeriveInput, errors: &mut Vec<Error>) {
    match &input.data {
        Data::Struct(data) => data.fields.iter().for_each(|field| one(field, errors)),
        Data::Enum(data) => data
            .variants
            .iter()
            .flat_map(|variant| &variant.fields)
            .for_each(|field| one(field, errors)),
        Data::Union(data) => errors.push(Error::new_spanned(
            data.union_token,
            "a union does not know which of its fields is there: make it an `enum`, or implement `Wire` by hand",
        )),
    }
    for attribute in &input.attrs {
        if let Meta::List(list) = &attribute.meta
            && list.path.is_ident("repr")
            && list.tokens.to_string().contains("packed")
        {
            errors.push(Error::new_spanned(
                list,
                "the fields of a packed struct cannot be borrowed: remove `packed`, or implement `Wire` by hand",
            ));
        }
    }
}

fn one(field: &Field, errors: &mut Vec<Error>) {
    if let Some(text) = rejected(&field.ty) {
        errors.push(Error::new_spanned(&field.ty, text));
    }
}

/// Why a field's type cannot cross, as far as its syntax shows.
fn rejected(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Reference(_) => Some(
            "a reference means nothing on another worker: own the value (`String` for `&str`, `Vec<T>` for `&[T]`), or share it in an `Arc`",
        ),
        Type::Ptr(_) => Some(
            "an address means nothing on another worker: own what it points to, as in `Box<T>` or `Vec<T>`",
        ),
        Type::FnPtr(_) => Some(
            "the address of a function means nothing on another worker: make it an `enum` of the functions there are",
        ),
        Type::Paren(paren) => rejected(&paren.elem),
        Type::Group(group) => rejected(&group.elem),
        _ => None,
    }
}
