//! The one command that reproduces a cell without the harness.

use std::path::{Path, PathBuf};

use crate::command::{Values, expand, fill};
use crate::corpus::{Invocation, Source, join};
use crate::plan::Cell;
use crate::schedule::{Context, words_of};

/// A copyable shell command for `cell`. Programs that exist only in memory are written below `directory` first.
///
/// # Errors
/// If the files cannot be written.
pub fn command(context: Context<'_>, cell: &Cell, directory: &Path) -> std::io::Result<String> {
    let (case, seat) = (context.case(cell), context.seat(cell));
    let (program, _) = context.program(cell);
    let place = place(context, cell, directory);
    std::fs::create_dir_all(&place)?;
    let file = match &program.source {
        Source::File(path) => path.to_string_lossy().into_owned(),
        Source::Written(files) => {
            for (name, content) in files {
                let path = place.join(name);
                std::fs::create_dir_all(path.parent().unwrap_or(&place))?;
                std::fs::write(path, content)?;
            }
            files.first().map(|(name, _)| name.clone()).unwrap_or_default()
        }
    };
    let (entry, args) = words_of(&case.invocation);
    let (dir, artifact) = (place.to_string_lossy(), place.join("artifact"));
    let values = Values {
        file: &file,
        entry,
        args,
        artifact: &artifact.to_string_lossy(),
        dir: &dir,
        workspace: &context.config.workspace.to_string_lossy(),
    };
    let template = match (&case.invocation, &seat.check) {
        (Invocation::Check, Some(check)) => check,
        (
            Invocation::Check | Invocation::Entry { .. } | Invocation::Main { .. } | Invocation::Scale(_),
            _,
        ) => &seat.run,
    };
    let env = environment(context, cell, &values);
    let mut steps = vec![format!("cd {}", join([dir.as_ref()]))];
    if let (Some(build), true) = (&seat.build, template.iter().any(|word| word.contains("{artifact}"))) {
        steps.push(format!("env -i {env} {}", join(expand(build, &values))));
    }
    let stdin = match &case.stdin {
        None => "/dev/null".to_string(),
        Some(bytes) => {
            std::fs::write(place.join("stdin"), bytes)?;
            "stdin".to_string()
        }
    };
    steps.push(format!("env -i {env} {} <{stdin}", join(expand(template, &values))));
    Ok(format!("({})", steps.join(" && ")))
}

fn place(context: Context<'_>, cell: &Cell, directory: &Path) -> PathBuf {
    let legal = |c: char| if c.is_ascii_alphanumeric() || "-_.@".contains(c) { c } else { '_' };
    directory.join(context.cell_name(cell).chars().map(legal).collect::<String>())
}

fn environment(context: Context<'_>, cell: &Cell, values: &Values<'_>) -> String {
    let seat = context.seat(cell);
    let case = context.case(cell);
    let base = context.roster.base_env.iter().filter(|(key, _)| key != "PATH").cloned();
    let engine = seat.engine.env.iter().map(|(key, value)| (key.clone(), fill(value, values)));
    let all = base.chain(engine).chain(seat.extra_env.iter().cloned()).chain(case.env.iter().cloned());
    let pairs: Vec<String> = all.map(|(key, value)| join([format!("{key}={value}")])).collect();
    format!("PATH=\"$PATH\" HOME=\"$PWD\" TMPDIR=\"$PWD\" {}", pairs.join(" "))
}
