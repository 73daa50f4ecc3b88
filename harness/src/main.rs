//! The `parallax` binary. Everything is in the library.

fn main() {
    parallax::exec::run_if_asked();
    parallax::villain::run_if_asked();
    parallax::bench::run_if_asked();
    let exit = parallax::cli::main();
    std::process::exit(exit.code());
}
