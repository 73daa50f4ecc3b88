//! A whole program: declarations, then bodies, entries and the table of entries.

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, Function, Signature, Type, UserFuncName, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilderContext;
use cranelift_module::{DataDescription, FuncId, Linkage, Module, ModuleError};
use ilo4_mir::body::{Body, Effects, FunctionId, Program, Repr};

use crate::function;
use crate::imports::Imports;

/// The name of the data object that holds the addresses of all entries, in the order of the program's functions.
pub const ENTRIES_SYMBOL: &str = "ilo4_entries";

/// The Cranelift settings of both back ends; they differ in `is_pic` only.
pub const SETTINGS: [(&str, &str); 5] = [
    ("opt_level", "speed"),
    ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
    ("enable_probestack", "false"),
    // Cranelift's tail calls need them.
    ("preserve_frame_pointers", "true"),
    ("unwind_info", "false"),
];

/// What to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Count calls in the runtime's counter.
    pub count_calls: bool,
    /// Keep the text of every function's IR and machine code.
    pub keep_text: bool,
}

/// The text of one compiled function.
#[derive(Clone, Debug)]
pub struct Code {
    pub name: String,
    pub clif: String,
    pub asm: String,
}

pub struct Compiled {
    /// For every function of the program, its entry.
    pub entries: Vec<FuncId>,
    /// Empty unless [`Options::keep_text`].
    pub text: Vec<Code>,
}

/// Compiles every function of a verified program into the module.
///
/// # Errors
/// Whatever the module reports; all are bugs of ours or limits of the target.
pub fn compile<M: Module>(
    module: &mut M,
    program: &Program,
    options: Options,
) -> Result<Compiled, ModuleError> {
    let functions = declare_functions(module, program)?;
    let entries = declare_entries(module, program)?;
    let table = module.declare_data(ENTRIES_SYMBOL, Linkage::Export, true, false)?;
    let imports = Imports::new(module)?;
    let mut compiler = Compiler {
        shared: function::Shared { program, functions: &functions, imports, table, options },
        module,
        context: Context::new(),
        builder: FunctionBuilderContext::new(),
        text: Vec::new(),
    };
    for (index, id) in functions.iter().enumerate() {
        compiler.function(FunctionId(index as u32), *id)?;
    }
    for (index, id) in entries.iter().enumerate() {
        compiler.entry(FunctionId(index as u32), *id)?;
    }
    let text = std::mem::take(&mut compiler.text);
    define_table(module, table, &entries)?;
    Ok(Compiled { entries, text })
}

struct Compiler<'a, M: Module> {
    shared: function::Shared<'a>,
    module: &'a mut M,
    context: Context,
    builder: FunctionBuilderContext,
    text: Vec<Code>,
}

impl<M: Module> Compiler<'_, M> {
    fn function(&mut self, function: FunctionId, id: FuncId) -> Result<(), ModuleError> {
        let body = self.shared.program.body(function);
        let signature = signature(self.module, body);
        self.context.func = Function::with_name_signature(UserFuncName::user(0, id.as_u32()), signature);
        function::lower_body(&mut self.shared, self.module, &mut self.context.func, &mut self.builder, body)?;
        self.finish(id, body.name.clone())
    }

    fn entry(&mut self, function: FunctionId, id: FuncId) -> Result<(), ModuleError> {
        let body = self.shared.program.body(function);
        let signature = entry_signature(self.module);
        self.context.func = Function::with_name_signature(UserFuncName::user(1, id.as_u32()), signature);
        let func = &mut self.context.func;
        function::lower_entry(&mut self.shared, self.module, func, &mut self.builder, function);
        self.finish(id, format!("{} (entry)", body.name))
    }

    fn finish(&mut self, id: FuncId, name: String) -> Result<(), ModuleError> {
        let clif = self.shared.options.keep_text.then(|| self.context.func.display().to_string());
        self.context.set_disasm(self.shared.options.keep_text);
        self.module.define_function(id, &mut self.context)?;
        if let Some(clif) = clif {
            let asm = self.context.compiled_code().and_then(|code| code.vcode.clone()).unwrap_or_default();
            self.text.push(Code { name, clif, asm });
        }
        self.module.clear_context(&mut self.context);
        Ok(())
    }
}

pub(crate) fn clif_type(repr: Repr) -> Type {
    match repr {
        Repr::Word => types::I64,
        Repr::Number => types::F64,
        Repr::Bool => types::I8,
    }
}

fn signature<M: Module>(module: &M, body: &Body) -> Signature {
    let mut signature = module.make_signature();
    signature.call_conv = CallConv::Tail;
    signature.params.push(AbiParam::new(types::I64));
    signature.params.extend(body.params().map(|param| AbiParam::new(clif_type(body.repr(param)))));
    signature.returns.push(AbiParam::new(clif_type(body.result)));
    let Effects { may_fault, .. } = body.effects;
    if may_fault {
        signature.returns.push(AbiParam::new(types::I8));
    }
    signature
}

pub(crate) fn entry_signature<M: Module>(module: &M) -> Signature {
    let mut signature = module.make_signature();
    signature.params.extend([AbiParam::new(types::I64); 3]);
    signature.returns.push(AbiParam::new(types::I64));
    signature
}

fn declare_functions<M: Module>(module: &mut M, program: &Program) -> Result<Vec<FuncId>, ModuleError> {
    let declare = |(index, body): (usize, &Body)| {
        let signature = signature(module, body);
        module.declare_function(&format!("ilo4_user_{index}"), Linkage::Local, &signature)
    };
    program.functions.iter().enumerate().map(declare).collect()
}

fn declare_entries<M: Module>(module: &mut M, program: &Program) -> Result<Vec<FuncId>, ModuleError> {
    let signature = entry_signature(module);
    let declare = |index| module.declare_function(&format!("ilo4_entry_{index}"), Linkage::Local, &signature);
    (0..program.functions.len()).map(declare).collect()
}

fn define_table<M: Module>(
    module: &mut M,
    table: cranelift_module::DataId,
    entries: &[FuncId],
) -> Result<(), ModuleError> {
    let mut description = DataDescription::new();
    description.define(vec![0; entries.len().max(1) * 8].into_boxed_slice());
    description.set_align(8);
    for (index, entry) in entries.iter().enumerate() {
        let reference = module.declare_func_in_data(*entry, &mut description);
        description.write_function_addr(index as u32 * 8, reference);
    }
    module.define_data(table, &description)
}
