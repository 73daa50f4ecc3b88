//! `ilo4 build`.

use anyhow::bail;
use ilo4_aot::{BuildError, Request};
use ilo4_engine::Program;
use ilo4_runtime::entry;
use ilo4_runtime::image::Image;
use ilo4_syntax::Source;

use crate::cli::BuildOptions;
use crate::load::{self, Ready, Warnings};
use crate::{REJECTED, SUCCESS};

/// Checks the program, chooses its entry and writes the executable.
pub fn build(options: &BuildOptions) -> anyhow::Result<u8> {
    let warnings = if options.defer_warnings { Warnings::Leave } else { Warnings::Report };
    let Some(ready) = load::load_program(&options.program, warnings)? else { return Ok(REJECTED) };
    let entry = if options.any_entry {
        None
    } else {
        match choose_entry(&ready.program, options.function.as_deref()) {
            Ok(function) => Some(function),
            Err(message) => {
                eprintln!("error[ILO-E801]: {message}");
                return Ok(REJECTED);
            }
        }
    };
    let image = image(&ready, entry, ready.warnings.clone());
    let request = Request { program: &ready.program.mir, image: &image, count_calls: options.counters };
    match ilo4_aot::build(&request, &options.output) {
        Ok(()) => Ok(SUCCESS),
        Err(BuildError::Write(error)) => bail!("{} cannot be written: {error}", options.output.display()),
        Err(error) => Err(error.into()),
    }
}

/// The entry by the order of 7.2, `name` in the place of the first argument.
fn choose_entry(program: &Program, name: Option<&str>) -> Result<u32, String> {
    let args: Vec<String> = name.map(str::to_owned).into_iter().collect();
    match entry::choose_function(&program.info.functions, &args) {
        Ok((_, [unused, ..])) => Err(format!("there is no function `{unused}` to compile")),
        Ok((function, [])) => Ok(function),
        Err(fault) => Err(format!("nothing to compile: {}", fault.message)),
    }
}

/// What the executable carries beside its code; `entry` is fixed, or chosen by the executable's first argument.
pub fn image(ready: &Ready, entry: Option<u32>, warnings: String) -> Image {
    let places = places(&ready.program, &ready.sources);
    Image { entry, warnings, places, info: ready.program.info.clone() }
}

/// The excerpt of every place where something can fault.
fn places(program: &Program, sources: &[Source]) -> Vec<String> {
    let mut texts = vec![String::new(); program.mir.places.len()];
    let blocks = program.mir.functions.iter().flat_map(|body| &body.blocks);
    for instruction in blocks.flat_map(|block| &block.instructions).filter(|i| i.cleanup.is_some()) {
        let place = instruction.place;
        if texts[place.index()].is_empty() {
            let span = program.mir.places[place.index()];
            texts[place.index()] = load::excerpt_of(span, sources).unwrap_or_default();
        }
    }
    texts
}
