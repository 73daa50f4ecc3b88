//! `parallax selftest`.

use clap::Args;

use super::{Global, Outcome};
use crate::exit::Exit;
use crate::report::style::Style;
use crate::selftest;

#[derive(Debug, Args)]
pub struct SelftestArgs {}

pub fn selftest(global: &Global, _: &SelftestArgs) -> Outcome {
    let style = Style::from_environment();
    let mut counts = (0, 0);
    let is_fine = selftest::run(&mut |checked| match &checked.trouble {
        None => {
            counts.0 += 1;
            if !global.quiet {
                eprintln!("{}  {}", style.good("ok    "), checked.name);
            }
        }
        Some(trouble) => {
            counts.1 += 1;
            eprintln!("{}  {}: {trouble}", style.bad("not ok"), checked.name);
        }
    })?;
    eprintln!("{} checks as they should be, {} not", counts.0, counts.1);
    Ok(if is_fine { Exit::Success } else { Exit::Failed })
}
