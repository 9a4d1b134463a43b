//! What cannot be a task, and what to do instead.

use syn::{Error, FnArg, Safety, Signature};

/// The most parameters a task may have: as many as `TaskInfo::Shapes` has places.
const MAX_PARAMETERS: usize = 16;

/// Adds an error for everything in the signature that a task cannot have.
pub(super) fn signature(signature: &Signature, errors: &mut Vec<Error>) {
    let mut reject = |at: &dyn quote::ToTokens, text: &str| {
        errors.push(Error::new_spanned(at.to_token_stream(), text));
    };
    if let Some(word) = &signature.asyncness {
        reject(
            word,
            "a task cannot be `async`, it runs on a thread: make it an ordinary function, and `.await` the handle that `spawn!` gives",
        );
    }
    if let Some(word) = &signature.constness {
        reject(
            word,
            "a task cannot be `const`: remove `const`, or call a `const fn` from the task",
        );
    }
    if let Safety::Unsafe(word) = &signature.safety {
        reject(
            word,
            "a task cannot be `unsafe`, since `dag!` and `spawn!` call it: remove `unsafe`, and check what it relies on inside",
        );
    }
    if let Some(abi) = &signature.abi {
        reject(
            abi,
            "a task cannot be `extern`: remove it, and call the foreign function from the task",
        );
    }
    if let Some(variadic) = &signature.variadic {
        reject(
            variadic,
            "a task cannot take a variable number of arguments: take a slice",
        );
    }
    for parameter in &signature.inputs {
        if let FnArg::Receiver(receiver) = parameter {
            reject(
                receiver,
                "a task cannot be a method: make it a function outside the `impl`, and give `self` a name and a type, as in `this: &Table`",
            );
        }
    }
    if signature.inputs.len() > MAX_PARAMETERS
        && let Some(parameter) = signature.inputs.iter().nth(MAX_PARAMETERS)
    {
        reject(
            parameter,
            "a task has at most 16 parameters: put some of them into a struct",
        );
    }
}
