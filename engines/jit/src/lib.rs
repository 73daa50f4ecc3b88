//! Engine 3: the shared lowering into memory, finalised and called. Nothing here knows the language.

use std::sync::Arc;

use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift_module::default_libcall_names;
use ilo4_builtins::abi;
use ilo4_codegen::{Code, Options, compile};
use ilo4_engine::stack::stack_pointer;
use ilo4_engine::{Engine, Outcome, Program, Request};
use ilo4_runtime::{Runtime, Value};

/// The most native stack that a program may use. Compiled frames are small (tens of bytes), so this is millions of calls,
/// and unbounded recursion ends before it has touched much memory.
const STACK_BYTES: usize = 256 << 20;

/// Address space for compiled code and its data, committed as it is used.
const CODE_BYTES: usize = 1 << 30;

/// The in-memory compiler.
#[derive(Clone, Copy, Debug, Default)]
pub struct Jit;

/// An entry of compiled code: see `ilo4_codegen` on its convention.
type Entry = unsafe extern "C" fn(runtime: *mut Runtime, closure: u64, arguments: *const u64) -> u64;

impl Engine for Jit {
    fn name(&self) -> &'static str {
        "jit"
    }

    fn run(&self, program: &Program, request: Request, runtime: &mut Runtime) -> Outcome {
        let mut module = module();
        let options = Options { count_calls: request.count_calls, keep_text: false };
        let compiled = match compile(&mut module, &program.mir, options) {
            Ok(compiled) => compiled,
            Err(error) => panic!("bug in the JIT: verified MIR does not compile: {error}"),
        };
        if let Err(error) = module.finalize_definitions() {
            panic!("bug in the JIT: compiled code cannot be placed: {error}");
        }
        runtime.stack_limit = runtime.stack_limit.max(stack_pointer().saturating_sub(STACK_BYTES));
        let entry = module.get_finalized_function(compiled.entries[request.function as usize]);
        let arguments: Vec<u64> = request.args.into_iter().map(Value::into_raw).collect();
        let word = call(entry, runtime, &arguments);
        // SAFETY: the call is over, and no address of this code is kept: values hold function numbers, not addresses.
        unsafe { module.free_memory() };
        if word == abi::FAULT {
            return Err(runtime.take_fault().expect("compiled code raises a fault before it answers FAULT"));
        }
        // SAFETY: an entry answers an owned word.
        Ok(unsafe { Value::from_raw(word) })
    }
}

/// The IR and the machine code of every function, for people. Compiled as for running, but for the text.
pub fn text(program: &ilo4_mir::Program, options: Options) -> Vec<Code> {
    let mut module = module();
    match compile(&mut module, program, Options { keep_text: true, ..options }) {
        Ok(compiled) => compiled.text,
        Err(error) => panic!("bug in the JIT: verified MIR does not compile: {error}"),
    }
}

/// The one place where an address becomes a function.
fn call(entry: *const u8, runtime: &mut Runtime, arguments: &[u64]) -> u64 {
    // SAFETY: the address is of an entry made by `compile`; the code was generated from verified MIR, the runtime's symbols have the
    // signatures that the primitive table states, and the arguments are owned words, as many as the function takes.
    unsafe {
        let entry = std::mem::transmute::<*const u8, Entry>(entry);
        entry(runtime, abi::NIL, arguments.as_ptr())
    }
}

fn module() -> JITModule {
    let mut builder = JITBuilder::with_isa(isa(), default_libcall_names());
    // Code reaches data by 32-bit distances, so both come from one reservation; the system's own placement may be further apart.
    match ArenaMemoryProvider::new_with_size(CODE_BYTES) {
        Ok(arena) => builder.memory_provider(Box::new(arena)),
        Err(error) => panic!("no address space for compiled code: {error}"),
    };
    builder
        .symbols(ilo4_runtime::abi::symbols().into_iter().map(|(name, address)| (name.to_owned(), address)));
    JITModule::new(builder)
}

fn isa() -> Arc<dyn TargetIsa> {
    let mut flags = settings::builder();
    for (name, value) in ilo4_codegen::SETTINGS {
        flags.set(name, value).expect("the shared settings exist");
    }
    flags.set("is_pic", "false").expect("the setting exists");
    flags.set("use_colocated_libcalls", "false").expect("the setting exists");
    let isa = cranelift_native::builder().and_then(|isa| {
        isa.finish(settings::Flags::new(flags)).map_err(|_| "the settings do not fit this machine")
    });
    isa.unwrap_or_else(|reason| panic!("bug in the JIT: no code for this machine: {reason}"))
}
