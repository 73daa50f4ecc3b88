//! One function: blocks, loops and the tail positions.

use ilo4_check::hir::{self, ExprKind};

use super::Tables;
use crate::body::{
    Block, BlockId, Body, Effects, FunctionId, Instruction, Local, LocalDecl, Op, Operand, PlaceId, Repr,
    Terminator,
};

/// The blocks that `Break` and `Continue` lead to.
#[derive(Clone, Copy)]
struct Loop {
    head: BlockId,
    exit: BlockId,
}

pub(super) struct Builder<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) body: Body,
    id: hir::FunctionId,
    current: BlockId,
    loops: Vec<Loop>,
    /// Where a tail call of the function to itself goes, if there is one.
    start: BlockId,
}

pub(super) fn build(id: hir::FunctionId, function: &hir::Function, tables: &mut Tables) -> Body {
    let locals =
        function.vars.iter().map(|var| LocalDecl { name: var.name.clone(), repr: Repr::Word }).collect();
    let body = Body {
        name: function.name.clone(),
        captures: function.captures,
        param_count: function.param_count(),
        result: Repr::Word,
        locals,
        blocks: Vec::new(),
        cleanups: Vec::new(),
        effects: Effects::default(),
    };
    let mut builder = Builder { tables, body, id, current: BlockId(0), loops: Vec::new(), start: BlockId(1) };
    let entry = builder.new_block();
    let start = builder.new_block();
    debug_assert_eq!((entry, start), (BlockId(0), builder.start));
    builder.goto(start);
    builder.enter(start);
    builder.tail(&function.body);
    crate::pass::simplify::remove_unreachable(&mut builder.body);
    builder.body
}

impl Builder<'_> {
    pub(super) fn new_block(&mut self) -> BlockId {
        self.body.blocks.push(Block { instructions: Vec::new(), terminator: Terminator::Unreachable });
        BlockId(self.body.blocks.len() as u32 - 1)
    }

    pub(super) fn enter(&mut self, block: BlockId) {
        self.current = block;
    }

    /// Ends the current block; what is built next lands in a new one that nothing leads to.
    pub(super) fn terminate(&mut self, terminator: Terminator) {
        self.body.blocks[self.current.index()].terminator = terminator;
        self.current = self.new_block();
    }

    pub(super) fn goto(&mut self, target: BlockId) {
        self.terminate(Terminator::Goto(target));
    }

    pub(super) fn emit(&mut self, op: Op, place: PlaceId) {
        let instruction = Instruction { op, place, cleanup: None };
        self.body.blocks[self.current.index()].instructions.push(instruction);
    }

    pub(super) fn temporary(&mut self) -> Local {
        self.body.new_local(".t", Repr::Word)
    }

    /// The function's value in tail position.
    fn tail(&mut self, expr: &hir::Expr) {
        match &expr.kind {
            ExprKind::Call { function, args, tail: true } => self.tail_call(*function, args, expr),
            ExprKind::If { cond, then, other } => {
                let (then_block, other_block) = (self.new_block(), self.new_block());
                self.condition(cond, then_block, other_block);
                self.enter(then_block);
                self.tail(then);
                self.enter(other_block);
                self.tail(other);
            }
            ExprKind::Block(exprs) if !exprs.is_empty() => {
                let (last, before) = exprs.split_last().expect("not empty");
                before.iter().for_each(|expr| self.effect(expr));
                self.tail(last);
            }
            ExprKind::Return(value) => self.tail(value),
            _ => {
                let value = self.value(expr);
                self.terminate(Terminator::Return(value));
            }
        }
    }

    /// A call of the function to itself assigns the parameters and starts again; any other is a terminator.
    fn tail_call(&mut self, function: hir::FunctionId, args: &[hir::Expr], expr: &hir::Expr) {
        let place = self.tables.place(expr.span);
        let args: Vec<Operand> = self.operands(args.iter());
        if function != self.id {
            self.terminate(Terminator::TailCall { function: FunctionId(function.0), args, place });
            return;
        }
        let mut values = Vec::with_capacity(args.len());
        for (index, arg) in args.into_iter().enumerate() {
            let param = Local(index as u32);
            let is_param = arg.local().is_some_and(|local| local.index() < self.body.param_count);
            if arg == Operand::Read(param) || !is_param {
                values.push(arg);
                continue;
            }
            let value = self.temporary();
            self.emit(Op::Assign { dst: value, src: arg }, place);
            values.push(Operand::Read(value));
        }
        for (index, src) in values.into_iter().enumerate() {
            let dst = Local(index as u32);
            if src != Operand::Read(dst) {
                self.emit(Op::Assign { dst, src }, place);
            }
        }
        self.goto(self.start);
    }

    /// Evaluates for what it does, not for its value.
    pub(super) fn effect(&mut self, expr: &hir::Expr) {
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Nil
            | ExprKind::FunctionRef(_)
            | ExprKind::Var { .. } => {}
            ExprKind::Assign { var, value } => self.into(value, Local(var.0)),
            ExprKind::Block(exprs) => exprs.iter().for_each(|expr| self.effect(expr)),
            ExprKind::If { cond, then, other } => {
                let (then_block, other_block, join) = (self.new_block(), self.new_block(), self.new_block());
                self.condition(cond, then_block, other_block);
                self.enter(then_block);
                self.effect(then);
                self.goto(join);
                self.enter(other_block);
                self.effect(other);
                self.goto(join);
                self.enter(join);
            }
            ExprKind::While { cond, body } => self.while_loop(cond, body),
            ExprKind::Break => {
                let exit = self.innermost().exit;
                self.goto(exit);
            }
            ExprKind::Continue => {
                let head = self.innermost().head;
                self.goto(head);
            }
            ExprKind::Return(value) => self.tail(value),
            _ => {
                self.value(expr);
            }
        }
    }

    fn innermost(&self) -> Loop {
        *self.loops.last().expect("the checker rejects brk and cnt outside a loop")
    }

    fn while_loop(&mut self, cond: &hir::Expr, body: &hir::Expr) {
        let (head, inside, exit) = (self.new_block(), self.new_block(), self.new_block());
        self.goto(head);
        self.enter(head);
        self.condition(cond, inside, exit);
        self.enter(inside);
        self.loops.push(Loop { head, exit });
        self.effect(body);
        self.loops.pop();
        self.goto(head);
        self.enter(exit);
    }
}
