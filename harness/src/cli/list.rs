//! `parallax list`.

use clap::Args;

use super::{Global, Outcome, Selection, Session};
use crate::exit::Exit;
use crate::plan::Action;
use crate::schedule::Context;

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    selection: Selection,
    /// One line per cell instead of one per case.
    #[arg(long)]
    cells: bool,
    /// Only the numbers.
    #[arg(long)]
    count: bool,
}

pub fn list(global: &Global, args: &ListArgs) -> Outcome {
    let session = Session::open(global)?;
    let filter = session.filter(&args.selection)?;
    let opened = session.corpus()?;
    // Listing needs no engine to be there.
    let roster = session.unidentified();
    let plan = session.plan(&opened, &roster, &filter);
    let context = Context { config: &session.config, corpus: &opened.corpus, roster: &roster, plan: &plan };
    if plan.cells.is_empty() {
        eprintln!("parallax: no case matches");
        return Ok(Exit::Nothing);
    }
    let mut out = String::new();
    for planned in &plan.cases {
        let loaded = &opened.corpus.suites[planned.suite];
        let case = &loaded.cases[planned.index];
        if args.cells {
            for cell in &plan.cells[planned.cells.clone()] {
                let note = match &cell.action {
                    Action::Run => String::new(),
                    Action::Skip(reason) => format!("  (skip: {reason})"),
                    Action::Abstain(reason) | Action::Error(reason) => format!("  ({reason})"),
                };
                out.push_str(&format!("{}{note}\n", context.cell_name(cell)));
            }
        } else {
            let file = loaded.programs[case.program].file.display();
            out.push_str(&format!("{}::{}  {file}:{}\n", loaded.name, case.name, case.line));
        }
    }
    if !args.count {
        print!("{out}");
    }
    for (index, loaded) in opened.corpus.suites.iter().enumerate() {
        let cases = plan.cases.iter().filter(|case| case.suite == index);
        let programs: std::collections::HashSet<usize> =
            cases.clone().map(|case| loaded.cases[case.index].program).collect();
        eprintln!("{}: {} cases in {} programs", loaded.name, cases.count(), programs.len());
    }
    eprintln!("{} cells", plan.cells.len());
    Ok(Exit::Success)
}
