//! `ilo4 fmt`.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use ilo4_syntax::{Diagnostic, Form, FormatError, Source, decode, format};

use crate::cli::FmtOptions;
use crate::{FAILURE, REJECTED, SUCCESS, load};

/// Formats each program; 2 if any is rejected, else 1 if `--check` finds one that is not formatted.
pub fn fmt(options: &FmtOptions) -> anyhow::Result<u8> {
    let mut code = SUCCESS;
    for program in &options.programs {
        code = code.max(one(program, options)?);
    }
    Ok(code)
}

fn one(word: &str, options: &FmtOptions) -> anyhow::Result<u8> {
    let (name, bytes, is_file) = load::read(word).map_err(|error| anyhow::anyhow!("{word}: {error}"))?;
    let text = match decode(&bytes) {
        Ok(text) => text,
        Err(diagnostic) => return Ok(rejected(&[diagnostic], Source { name, text: String::new() })),
    };
    let form = if options.dense { Form::Dense } else { Form::Expanded };
    let formatted = match format(&text, form) {
        Ok(formatted) => formatted,
        Err(FormatError::Rejected(diagnostics)) => return Ok(rejected(&diagnostics, Source { name, text })),
        Err(error @ FormatError::Changed) => bail!("{name}: {error}"),
    };
    if options.check {
        if formatted == text {
            return Ok(SUCCESS);
        }
        println!("{name}");
        return Ok(FAILURE);
    }
    if !options.write {
        print!("{formatted}");
    } else if !is_file {
        bail!("`--write` needs files, and {name} is none");
    } else if formatted != text {
        replace(Path::new(&name), &formatted).with_context(|| format!("{name} cannot be rewritten"))?;
    }
    Ok(SUCCESS)
}

fn rejected(diagnostics: &[Diagnostic], source: Source) -> u8 {
    load::report(diagnostics, &[source]);
    REJECTED
}

/// Writes beside the file and renames, so that the file is never half written; its permissions stay.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let path = fs::canonicalize(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.persist(&path)?;
    Ok(())
}
