//! `ilo4 emit`: the text form of every stage.

use anyhow::{Context, bail};
use ilo4_check::hir;
use ilo4_codegen::Options;
use ilo4_mir::{Program, text, verify};
use ilo4_syntax::{print_ast, print_tokens};

use crate::cli::{EmitOptions, Stage};
use crate::load::Loaded;
use crate::{REJECTED, SUCCESS, load};

/// Prints the stage to standard output.
pub fn emit(options: &EmitOptions) -> anyhow::Result<u8> {
    if options.from_mir {
        let mir = read_mir(&options.program)?;
        print!("{}", backend_text(&mir, options.stage)?);
        return Ok(SUCCESS);
    }
    let loaded = load::load(&options.program)?;
    match options.stage {
        Stage::Tokens => print!("{}", print_tokens(&loaded.sources[0].text)),
        Stage::Ast => print!("{}", print_ast(&loaded.ast, &loaded.sources)),
        _ => return emit_checked(options, loaded),
    }
    loaded.report();
    Ok(if loaded.has_error() { REJECTED } else { SUCCESS })
}

fn emit_checked(options: &EmitOptions, loaded: Loaded) -> anyhow::Result<u8> {
    loaded.report();
    let Some(hir) = loaded.hir else { return Ok(REJECTED) };
    if options.stage == Stage::Hir {
        print!("{}", hir_text(hir));
        return Ok(SUCCESS);
    }
    let mir = match options.after.as_deref() {
        Some(pass) if !ilo4_mir::pass_names().any(|name| name == pass) => {
            let names: Vec<&str> = ilo4_mir::pass_names().collect();
            bail!("there is no pass `{pass}`; the passes are, in order: {}", names.join(", "));
        }
        Some(pass) => ilo4_mir::lower_until(&hir, pass),
        None => ilo4_mir::lower(&hir),
    };
    print!("{}", backend_text(&mir, options.stage)?);
    Ok(SUCCESS)
}

/// A stage of an accepted program, all passes done.
pub fn stage_text(loaded: Loaded, stage: Stage) -> anyhow::Result<String> {
    match (stage, loaded.hir) {
        (Stage::Tokens, _) => Ok(print_tokens(&loaded.sources[0].text)),
        (Stage::Ast, _) => Ok(print_ast(&loaded.ast, &loaded.sources)),
        (_, None) => bail!("the program has errors"),
        (Stage::Hir, Some(hir)) => Ok(hir_text(hir)),
        (_, Some(hir)) => backend_text(&ilo4_mir::lower(&hir), stage),
    }
}

fn hir_text(mut hir: hir::Program) -> String {
    ilo4_check::last_use::mark(&mut hir);
    ilo4_check::print::print(&hir)
}

fn read_mir(path: &str) -> anyhow::Result<Program> {
    let mir = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
    let mir = text::parse(&mir).map_err(|error| anyhow::anyhow!("{path}: {error}"))?;
    if let Err(complaint) = verify::verify(&mir) {
        bail!("{path}: this MIR does not verify: {complaint}");
    }
    Ok(mir)
}

fn backend_text(mir: &Program, stage: Stage) -> anyhow::Result<String> {
    let compiled = |asm: bool| -> anyhow::Result<String> {
        let options = Options { count_calls: false, keep_text: true };
        let functions = ilo4_jit::text(mir, options);
        Ok(functions
            .iter()
            .map(|code| format!("; {}\n{}\n", code.name, if asm { &code.asm } else { &code.clif }))
            .collect())
    };
    match stage {
        Stage::Mir => Ok(text::print(mir)),
        Stage::Bytecode => Ok(ilo4_vm::disassemble(&ilo4_vm::compile(mir))),
        Stage::Clif => compiled(false),
        Stage::Asm => compiled(true),
        Stage::Tokens | Stage::Ast | Stage::Hir => bail!("MIR text has no tokens, AST or HIR"),
    }
}
