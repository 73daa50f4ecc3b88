//! The `ilo4` command and its engines, end to end.

mod it {
    mod check;
    mod command_line;
    mod compile;
    mod corpus;
    mod counters;
    mod emit;
    mod fuzz;
    mod in_process;
    mod leaks;
    mod linker;
    mod mir_text;
    mod sandbox;
}
