//! The runtime's functions as the module sees them: one per primitive, derived from the table, and the operations with a
//! variable number of operands.

use cranelift_codegen::ir::{AbiParam, Type, types};
use cranelift_module::{FuncId, Linkage, Module, ModuleError};
use ilo4_builtins::{Class, Prim, PrimInfo, Use, abi};

/// A function of the runtime that is no primitive. Every one takes the runtime's address first, but for the two counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Helper {
    /// `(word)`: gives up one reference.
    Release,
    /// `(rt, prim, borrowed word) → FAULT`
    NumberMismatch,
    /// `(rt) → FAULT`
    StackOverflow,
    /// `(rt, borrowed callee, arity) → function index or FAULT`
    CallTarget,
    /// `(rt, address of words, count) → list`
    ListFrom,
    /// `(rt, shape, address of words, count) → record`
    RecordNew,
    /// `(rt, function, address of words, count) → closure`
    ClosureNew,
    /// `(rt, borrowed record, name, shape hint, slot) → word or FAULT`
    Field,
    FieldTolerant,
    FieldTake,
    /// `(rt, record, address of u32 names, address of words, count) → record or FAULT`
    With,
}

const HELPERS: [(Helper, &str, &[Type], Option<Type>); 11] = {
    use types::{I32, I64};
    [
        (Helper::Release, "ilo4_release", &[I64], None),
        (Helper::NumberMismatch, "ilo4_number_mismatch", &[I64, I32, I64], Some(I64)),
        (Helper::StackOverflow, "ilo4_stack_overflow", &[I64], Some(I64)),
        (Helper::CallTarget, "ilo4_call_target", &[I64, I64, I32], Some(I64)),
        (Helper::ListFrom, "ilo4_list_from", &[I64, I64, I64], Some(I64)),
        (Helper::RecordNew, "ilo4_record_new", &[I64, I32, I64, I64], Some(I64)),
        (Helper::ClosureNew, "ilo4_closure_new", &[I64, I32, I64, I64], Some(I64)),
        (Helper::Field, "ilo4_field", &[I64, I64, I32, I32, I32], Some(I64)),
        (Helper::FieldTolerant, "ilo4_field_tolerant", &[I64, I64, I32, I32, I32], Some(I64)),
        (Helper::FieldTake, "ilo4_field_take", &[I64, I64, I32, I32, I32], Some(I64)),
        (Helper::With, "ilo4_with", &[I64, I64, I64, I64, I64], Some(I64)),
    ]
};

pub(crate) struct Imports {
    prims: Vec<FuncId>,
    helpers: Vec<FuncId>,
}

impl Imports {
    pub(crate) fn new<M: Module>(module: &mut M) -> Result<Imports, ModuleError> {
        let mut prims = Vec::with_capacity(Prim::ALL.len());
        for prim in Prim::ALL {
            let info = prim.info();
            prims.push(declare(module, &abi::symbol(info.name), &parameters(info), Some(result(info)))?);
        }
        let mut helpers = Vec::with_capacity(HELPERS.len());
        for (index, (helper, symbol, params, result)) in HELPERS.iter().enumerate() {
            debug_assert_eq!(*helper as usize, index);
            helpers.push(declare(module, symbol, params, *result)?);
        }
        Ok(Imports { prims, helpers })
    }

    pub(crate) fn prim(&self, prim: Prim) -> FuncId {
        self.prims[prim as usize]
    }

    pub(crate) fn helper(&self, helper: Helper) -> FuncId {
        self.helpers[helper as usize]
    }
}

fn declare<M: Module>(
    module: &mut M,
    symbol: &str,
    params: &[Type],
    result: Option<Type>,
) -> Result<FuncId, ModuleError> {
    let mut signature = module.make_signature();
    signature.params.extend(params.iter().map(|ty| AbiParam::new(*ty)));
    signature.returns.extend(result.map(AbiParam::new));
    module.declare_function(symbol, Linkage::Import, &signature)
}

fn parameters(info: &PrimInfo) -> Vec<Type> {
    let operand = |usage: &Use| match usage {
        Use::Own | Use::Borrow | Use::Take => types::I64,
        Use::Number => types::F64,
        Use::Bool => types::I8,
    };
    std::iter::once(types::I64).chain(info.params.iter().map(operand)).collect()
}

/// A fallible primitive always answers 64 bits, so that FAULT fits.
fn result(info: &PrimInfo) -> Type {
    match info.result {
        _ if info.fallible => types::I64,
        Class::Word => types::I64,
        Class::Number => types::F64,
        Class::Bool => types::I8,
    }
}
