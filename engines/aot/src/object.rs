//! The object file of a program: its code, its entries and its image.

use std::sync::Arc;

use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_module::{DataDescription, Linkage, Module, ModuleError, default_libcall_names};
use cranelift_object::{ObjectBuilder, ObjectModule};
use ilo4_codegen::{Options, compile as lower};
use ilo4_runtime::image;

use crate::Request;

/// The bytes of the object file.
pub(crate) fn compile(request: &Request) -> Vec<u8> {
    try_compile(request).unwrap_or_else(|error| panic!("bug in AOT: verified MIR does not compile: {error}"))
}

#[allow(clippy::result_large_err)] // Made at most once.
fn try_compile(request: &Request) -> Result<Vec<u8>, ModuleError> {
    let mut builder = ObjectBuilder::new(isa(), "program", default_libcall_names())?;
    // A section for each function lets the linker drop what nobody calls.
    builder.per_function_section(true);
    let mut module = ObjectModule::new(builder);
    let options = Options { count_calls: request.count_calls, keep_text: false };
    lower(&mut module, request.program, options)?;
    define_image(&mut module, &request.image.to_bytes())?;
    Ok(module.finish().emit().expect("an object file fits in memory"))
}

#[allow(clippy::result_large_err)]
fn define_image(module: &mut ObjectModule, image: &[u8]) -> Result<(), ModuleError> {
    let data = module.declare_data(image::SYMBOL, Linkage::Export, false, false)?;
    let mut bytes = (image.len() as u64).to_ne_bytes().to_vec();
    bytes.extend(image);
    let mut description = DataDescription::new();
    description.define(bytes.into_boxed_slice());
    description.set_align(8);
    module.define_data(data, &description)
}

fn isa() -> Arc<dyn TargetIsa> {
    let mut flags = settings::builder();
    for (name, value) in ilo4_codegen::SETTINGS {
        flags.set(name, value).expect("the shared settings exist");
    }
    flags.set("is_pic", "true").expect("the setting exists");
    let isa = cranelift_native::builder().and_then(|isa| {
        isa.finish(settings::Flags::new(flags)).map_err(|_| "the settings do not fit this machine")
    });
    isa.unwrap_or_else(|reason| panic!("bug in AOT: no code for this machine: {reason}"))
}
