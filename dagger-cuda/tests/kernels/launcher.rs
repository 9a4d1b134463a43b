//! The C++ `main` that launches a module's entries on the host, and the file it reads.

use super::host::Run;
use dagger::kernel::source::Argument;
use std::fmt::Write as _;

/// The part of the C++ program that launches the entries.
pub(super) fn main_function(runs: &[Run]) -> String {
    let mut text = String::from(
        "#include <cstdio>\n\
         static FILE *dg_in, *dg_out;\n\
         template <class T> static std::vector<T> take(u64 n) { std::vector<T> v(n + 1); if (fread(v.data(), sizeof(T), n, dg_in) != n) exit(3); return v; }\n\
         template <class T> static void give(const T *v, u64 n) { fwrite(v, sizeof(T), n, dg_out); fflush(dg_out); }\n",
    );
    for (number, run) in runs.iter().enumerate() {
        let _ = writeln!(
            text,
            "static void run{number}() {{\n    u64 failure = ~0ull;"
        );
        let numbers = |list: &[i64]| {
            list.iter()
                .map(|x| format!("{x}ll"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        for (index, input) in run.inputs.iter().enumerate() {
            let ty = input.ty.name();
            // `std::vector<bool>` is not an array.
            let ty = if ty == "bool" { "u8" } else { ty };
            let _ = writeln!(
                text,
                "    auto in{index} = take<{ty}>({});",
                input.bits.len()
            );
        }
        for (index, ty) in run.outputs.iter().enumerate() {
            let ty = if ty.name() == "bool" { "u8" } else { ty.name() };
            let _ = writeln!(
                text,
                "    std::vector<{ty}> out{index}({} + 1);",
                run.expected.len()
            );
        }
        let mut arguments = Vec::new();
        for (index, argument) in run.entry.arguments.iter().enumerate() {
            arguments.push(match argument {
                Argument::Count => format!("{}ull", run.count),
                Argument::Sizes => {
                    let list: Vec<i64> = run.sizes.iter().map(|x| *x as i64).collect();
                    let _ = writeln!(text, "    dg_sizes<{}> a{index}{{{{{}}}}};", list.len(), numbers(&list).replace("ll", "ull"));
                    format!("a{index}")
                }
                Argument::Input(input) => format!(
                    "(const {} *)in{input}.data() + {}",
                    run.inputs[*input].ty.name(),
                    run.input_starts[*input]
                ),
                Argument::Output(output) => format!("({} *)out{output}.data()", run.outputs[*output].name()),
                Argument::InputStrides(input) => {
                    let list = &run.input_strides[*input];
                    let _ = writeln!(text, "    dg_strides<{}> a{index}{{{{{}}}}};", list.len(), numbers(list));
                    format!("a{index}")
                }
                Argument::OutputStrides(_) => {
                    let list = &run.output_strides;
                    let _ = writeln!(text, "    dg_strides<{}> a{index}{{{{{}}}}};", list.len(), numbers(list));
                    format!("a{index}")
                }
                Argument::Uniform(ty, bits) => {
                    let ty = ty.name();
                    let _ = writeln!(text, "    u64 b{index} = {bits}ull; {ty} a{index}; std::memcpy(&a{index}, &b{index}, sizeof({ty}));");
                    format!("a{index}")
                }
                Argument::Failure => "&failure".to_owned(),
            });
        }
        let captured = arguments.join(", ");
        let _ = writeln!(
            text,
            "    u64 *const failed = &failure;\n    auto call = [&] {{ {}({captured}); }};\n    auto *launched = &call;\n    dg_host_launch({}, {}, [launched] {{ (*launched)(); }});",
            run.entry.name, run.blocks, run.threads
        );
        for index in 0..run.outputs.len() {
            let _ = writeln!(text, "    give(out{index}.data(), {});", run.expected.len());
        }
        text.push_str("    give(&failure, 1);\n}\n");
    }
    text.push_str("int main(int, char **argv) {\n    dg_in = fopen(argv[1], \"rb\"); dg_out = fopen(argv[2], \"wb\");\n");
    for number in 0..runs.len() {
        let _ = writeln!(text, "    run{number}();");
    }
    text.push_str("    return fclose(dg_out);\n}\n");
    text
}

/// The elements of all inputs, one after the other.
pub(super) fn input(runs: &[Run]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for input in runs.iter().flat_map(|run| &run.inputs) {
        for bits in &input.bits {
            bytes.extend_from_slice(&bits.to_le_bytes()[..input.ty.size()]);
        }
    }
    bytes
}
