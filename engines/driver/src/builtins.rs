//! `ilo4 builtins`: the table as a person or a program reads it.

use ilo4_builtins::{BUILTINS, Builtin, Effect, Lowering};

use crate::SUCCESS;
use crate::cli::BuiltinsOptions;

/// Prints one line for each way of calling each builtin.
pub fn list(options: &BuiltinsOptions) -> u8 {
    let matches = |builtin: &&Builtin| match &options.filter {
        Some(filter) => {
            std::iter::once(&builtin.name).chain(builtin.aliases).any(|name| name.contains(filter.as_str()))
        }
        None => true,
    };
    for builtin in BUILTINS.iter().filter(matches) {
        if options.json {
            println!("{}", json(builtin));
        } else {
            builtin
                .forms
                .iter()
                .for_each(|form| println!("{}", line(builtin, form.signature, form.lowering)));
        }
    }
    SUCCESS
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Pure => "pure",
        Effect::Io => "io",
        Effect::Nondeterministic => "nd",
    }
}

fn status(lowering: Lowering) -> &'static str {
    match lowering {
        Lowering::Prim(_) | Lowering::Format => "primitive",
        Lowering::Loop { .. } => "loop",
        Lowering::NotYet => "not yet",
        Lowering::OutsideProfile => "outside the profile",
    }
}

fn line(builtin: &Builtin, signature: &str, lowering: Lowering) -> String {
    let aliases = match builtin.aliases {
        [] => String::new(),
        aliases => format!(" (also {})", aliases.join(", ")),
    };
    format!("{:10} {:40} {:4} {}{aliases}", builtin.name, signature, effect(builtin.effect), status(lowering))
}

fn json(builtin: &Builtin) -> String {
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let aliases = builtin.aliases.iter().map(|alias| format!("{alias:?}")).collect();
    let forms = builtin.forms.iter().map(|form| {
        format!(
            "{{\"arity\":{},\"signature\":{:?},\"status\":{:?}}}",
            form.arity,
            form.signature,
            status(form.lowering)
        )
    });
    format!(
        "{{\"name\":{:?},\"aliases\":{},\"section\":{},\"effect\":{:?},\"forms\":{}}}",
        builtin.name,
        list(aliases),
        builtin.section,
        effect(builtin.effect),
        list(forms.collect())
    )
}
