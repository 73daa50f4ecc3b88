//! The start of a compiled program: `main`, which reads the program's image, converts the arguments and calls the entry.
//!
//! Built as a static library that travels inside `ilo4` and is linked with the object file of each program. The object file
//! defines the two symbols below; everything else is the runtime's.

use std::process::exit;

use ilo4_builtins::abi;
use ilo4_runtime::entry::{self, MISUSE};
use ilo4_runtime::image::Image;
use ilo4_runtime::{Fault, Runtime, Value, settings, stats};

/// As `ilo4_codegen` describes it.
type Entry = unsafe extern "C" fn(runtime: *mut Runtime, closure: u64, arguments: *const u64) -> u64;

unsafe extern "C" {
    /// The length of the image as a `u64`, then its bytes.
    static ilo4_image: u64;
    /// The entries of all functions.
    static ilo4_entries: Entry;
}

/// Like the JIT's: compiled frames are small, so this is millions of calls.
const STACK_BYTES: usize = 256 << 20;

/// What stays free below the limit for the runtime's own calls.
const RESERVE_BYTES: usize = 8 << 20;

/// A file named in this variable gets the counters as JSON when the program ends.
const STATS_VARIABLE: &str = "ILO4_STATS";

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let image = match Image::from_bytes(image_bytes()) {
        Ok(image) => image,
        Err(_) => fail("this executable is damaged: its program data cannot be read"),
    };
    let mut args = Vec::new();
    for arg in std::env::args_os().skip(1) {
        match arg.into_string() {
            Ok(arg) => args.push(arg),
            Err(arg) => fail(&format!("argument {arg:?} is not UTF-8")),
        }
    }
    eprint!("{}", image.warnings);
    let args = match entry::split_arguments(args) {
        Ok(args) => args,
        Err(unknown) => fail(&unknown.to_string()),
    };
    let stack_bytes = settings::stack_bytes(STACK_BYTES).unwrap_or_else(|message| fail(&message));
    let run = move || run(image, &args, stack_bytes);
    match std::thread::Builder::new().stack_size(stack_bytes).spawn(run).map(|thread| thread.join()) {
        Ok(Ok(code)) => exit(code),
        Ok(Err(_)) => fail("the program's thread panicked: a bug of ilo4"),
        Err(error) => fail(&format!("no stack for the program: {error}")),
    }
}

fn fail(message: &str) -> ! {
    eprintln!("error: {message}");
    exit(MISUSE)
}

fn image_bytes() -> &'static [u8] {
    // SAFETY: the object file that this library is linked with defines the symbol as documented.
    unsafe {
        let start = &raw const ilo4_image;
        std::slice::from_raw_parts(start.add(1).cast(), *start as usize)
    }
}

fn run(image: Image, args: &[String], stack_bytes: usize) -> i32 {
    let marker = 0u8;
    let mut runtime = Runtime::new(&image.info);
    runtime.stack_limit = (&raw const marker).addr() - stack_bytes + RESERVE_BYTES;
    let places = image.places;
    runtime.place_text =
        Box::new(move |place| places.get(place as usize).filter(|text| !text.is_empty()).cloned());
    let chosen = match image.entry {
        Some(function) => Ok((function, args)),
        None => entry::choose_function(&image.info.functions, args),
    };
    let code = match chosen {
        Ok((function, args)) => {
            let outcome = entry::convert_arguments(&image.info.functions, function, args)
                .and_then(|values| call(&mut runtime, function, values));
            entry::finish(&mut runtime, function, outcome)
        }
        Err(fault) => entry::finish(&mut runtime, 0, Err(fault)),
    };
    write_stats(runtime);
    settings::checked_for_leaks(code)
}

fn call(runtime: &mut Runtime, function: u32, values: Vec<Value>) -> Result<Value, Fault> {
    let words: Vec<u64> = values.into_iter().map(Value::into_raw).collect();
    // SAFETY: the table has an entry for every function of the image; the arguments are owned words, as many as it takes.
    let word = unsafe {
        let entry = *(&raw const ilo4_entries).add(function as usize);
        entry(runtime, abi::NIL, words.as_ptr())
    };
    if word == abi::FAULT {
        return Err(runtime.take_fault().expect("compiled code raises a fault before it answers FAULT"));
    }
    // SAFETY: an entry answers an owned word.
    Ok(unsafe { Value::from_raw(word) })
}

fn write_stats(runtime: Runtime) {
    let calls = runtime.calls;
    drop(runtime);
    let Some(path) = std::env::var_os(STATS_VARIABLE) else { return };
    if let Err(error) = std::fs::write(&path, stats::to_json("aot", calls)) {
        eprintln!("warning: the counters cannot be written to {}: {error}", path.display());
    }
}
