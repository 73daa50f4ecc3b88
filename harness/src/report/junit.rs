//! JUnit XML, one test suite per suite and engine.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::record::{CaseRecord, CellRecord, RunRecord};
use crate::verdict::Verdict;

/// # Errors
/// If the XML cannot be written, which is a bug.
pub fn render(run: &RunRecord) -> anyhow::Result<String> {
    let mut report = Report::new("parallax");
    report.set_time(Duration::from_millis(run.wall_ms));
    for suite in &run.suites {
        for engine in &suite.engines {
            let mut tests = TestSuite::new(format!("{}@{engine}", suite.name));
            for case in &suite.cases {
                if let Some(cell) = case.cells.get(engine) {
                    tests.add_test_case(test(&suite.name, case, cell));
                }
            }
            report.add_test_suite(tests);
        }
    }
    Ok(report.to_string()?)
}

fn test(suite: &str, case: &CaseRecord, cell: &CellRecord) -> TestCase {
    let mut status = match cell.verdict {
        Verdict::Pass | Verdict::Flaky => TestCaseStatus::success(),
        Verdict::Skip | Verdict::Xfail | Verdict::Abstain | Verdict::Refused => TestCaseStatus::skipped(),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Fail
        | Verdict::Diverge
        | Verdict::Crash
        | Verdict::Timeout
        | Verdict::Oom
        | Verdict::Limit
        | Verdict::Nondet
        | Verdict::Xpass => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if !cell.why.is_empty() {
        status.set_message(format!("{}: {}", cell.verdict, cell.why));
        status.set_type(cell.verdict.word());
    }
    let mut test = TestCase::new(case.case.clone(), status);
    test.set_classname(suite);
    if let Some(measured) = &cell.measured {
        test.set_time(Duration::from_micros(measured.wall_us));
    }
    test
}
