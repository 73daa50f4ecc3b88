//! Calls: of known functions, in tail position, and through function values.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_module::Module;
use ilo4_builtins::abi;
use ilo4_mir::body::{FunctionId, Instruction, Local, Operand, Repr};

use crate::function::{Lowering, flags};
use crate::imports::Helper;
use crate::program::entry_signature;

impl<M: Module> Lowering<'_, '_, M> {
    fn arguments(&mut self, function: FunctionId, args: &[Operand]) -> Vec<Value> {
        let callee = self.shared.program.body(function);
        let mut values = vec![self.runtime];
        for (param, arg) in callee.params().zip(args) {
            values.push(self.operand(*arg, callee.repr(param)));
        }
        values
    }

    pub(crate) fn call(
        &mut self,
        dst: Local,
        function: FunctionId,
        args: &[Operand],
        instruction: &Instruction,
    ) {
        let values = self.arguments(function, args);
        let reference = self.reference(self.shared.functions[function.index()]);
        let call = self.builder.ins().call(reference, &values);
        let results = self.builder.inst_results(call).to_vec();
        if let Some(status) = results.get(1) {
            self.leave_if(*status, instruction, false);
        }
        self.define(dst, results[0]);
    }

    pub(crate) fn tail_call(&mut self, function: FunctionId, args: &[Operand]) {
        let values = self.arguments(function, args);
        let reference = self.reference(self.shared.functions[function.index()]);
        self.builder.ins().return_call(reference, &values);
    }

    /// Through the table of entries; the runtime says which function it is and that the number of arguments is right.
    pub(crate) fn call_value(
        &mut self,
        dst: Local,
        callee: Operand,
        args: &[Operand],
        instruction: &Instruction,
    ) {
        let callee = self.operand(callee, Repr::Word);
        let words = self.words(args);
        let arity = self.u32const(args.len() as u32);
        let target = self.helper(Helper::CallTarget, &[self.runtime, callee, arity]).expect("it answers");
        let (wrong, right) = (self.builder.create_block(), self.builder.create_block());
        let fault = self.iconst(abi::FAULT);
        let faulted = self.builder.ins().icmp(IntCC::Equal, target, fault);
        self.builder.ins().brif(faulted, wrong, &[], right, &[]);
        self.builder.switch_to_block(wrong);
        self.builder.set_cold_block(wrong);
        words.iter().for_each(|word| self.release(*word));
        let exit = self.exit(instruction, true);
        self.builder.ins().jump(exit, &[]);
        self.builder.switch_to_block(right);
        let arguments = self.spread(&words);
        let entry = self.entry_address(target);
        let signature = self.builder.import_signature(entry_signature(self.module));
        let call = self.builder.ins().call_indirect(signature, entry, &[self.runtime, callee, arguments]);
        let result = self.builder.inst_results(call)[0];
        self.leave_on_fault(result, instruction, false);
        self.define(dst, result);
    }

    fn entry_address(&mut self, function: Value) -> Value {
        let global = self.module.declare_data_in_func(self.shared.table, self.builder.func);
        let table = self.builder.ins().symbol_value(types::I64, global);
        let offset = self.builder.ins().ishl_imm_s(function, 3);
        let address = self.builder.ins().iadd(table, offset);
        self.builder.ins().load(types::I64, flags(), address, 0)
    }
}
