//! Measuring `scale:` cases: every size on every engine by turns, so that a machine that gets slower meanwhile gets
//! slower for all of them.

use std::collections::BTreeMap;

use super::executor::{Builds, Context, Done, Executor, How};
use crate::corpus::Invocation;
use crate::exec::Ending;
use crate::growth::{self, Kind, Point, Scale, Series};
use crate::verdict::Attempt;

/// Each size is timed this often.
const ROUNDS: usize = 2;

/// And this often again if a clock raises an alarm.
const MORE_ROUNDS: usize = 3;

/// A run that takes this many CPU seconds is far above the noise, and dear to repeat.
const LONG_SECONDS: f64 = 0.5;

/// What a cell of a `scale:` case asks for.
pub(super) fn scale_of<'a>(context: Context<'a>, cell: usize) -> Option<&'a Scale> {
    match &context.case(&context.plan.cells[cell]).invocation {
        Invocation::Scale(scale) => Some(scale),
        Invocation::Check | Invocation::Entry { .. } | Invocation::Main { .. } => None,
    }
}

/// Cells by case, in the order of their first cells.
pub(super) fn by_case(context: Context<'_>, cells: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for cell in cells {
        groups.entry(context.plan.cells[*cell].case).or_default().push(*cell);
    }
    groups.into_values().collect()
}

/// One engine's part of a case under measurement.
struct Lane {
    cell: usize,
    series: Series,
    /// The last execution; one that went wrong ends the lane.
    last: Option<Attempt>,
    is_over: bool,
    build_seconds: f64,
}

impl Executor<'_> {
    /// Measures one case on the engines of `cells`.
    pub(super) fn measure_growth(&mut self, cells: &[usize], builds: &mut Builds) -> Vec<Done> {
        let context = self.context();
        let Some(scale) = cells.first().and_then(|cell| scale_of(context, *cell)) else { return Vec::new() };
        let points = || scale.sizes.iter().map(|n| Point { n: *n, ..Point::default() }).collect();
        let mut lanes: Vec<Lane> = cells
            .iter()
            .map(|cell| Lane {
                cell: *cell,
                series: Series { points: points() },
                last: None,
                is_over: false,
                build_seconds: 0.0,
            })
            .collect();
        for size in 0..scale.sizes.len() {
            for lane in &mut lanes {
                self.count(lane, size, builds);
            }
        }
        self.time(&mut lanes, ROUNDS, builds);
        if has_noisy_alarm(context, scale, &lanes) {
            self.time(&mut lanes, MORE_ROUNDS, builds);
        }
        let is_stopped = self.is_stopped();
        lanes.into_iter().map(|lane| lane.done(is_stopped)).collect()
    }

    fn time(&mut self, lanes: &mut [Lane], rounds: usize, builds: &mut Builds) {
        let sizes = lanes.first().map_or(0, |lane| lane.series.points.len());
        for round in 0..rounds {
            for size in 0..sizes {
                for lane in lanes.iter_mut() {
                    let point = &lane.series.points[size];
                    let is_clear = point.samples > 0 && point.cpu_seconds > LONG_SECONDS;
                    if round == 0 || !is_clear {
                        self.sample(lane, size, builds);
                    }
                }
            }
        }
    }

    /// One timed run.
    fn sample(&mut self, lane: &mut Lane, size: usize, builds: &mut Builds) {
        let seat = self.context().seat(&self.context().plan.cells[lane.cell]);
        let args = [lane.series.points[size].n.to_string()];
        let how = How { build: seat.build.as_ref(), run: &seat.run, args: &args, env: Vec::new() };
        if self.step(lane, &how, builds)
            && let Some(Attempt::Ran { execution, .. }) = &lane.last
        {
            let usage = &execution.usage;
            lane.series.points[size].add((usage.user + usage.system).as_secs_f64(), usage.peak_bytes);
        }
    }

    /// One run that counts, if the engine can count.
    fn count(&mut self, lane: &mut Lane, size: usize, builds: &mut Builds) {
        let seat = self.context().seat(&self.context().plan.cells[lane.cell]);
        let (Some((build, run)), Some(declared)) = (&seat.counters, &seat.engine.counters) else { return };
        let file = match self.scratch_file("stats.json") {
            Ok(file) => file,
            Err(error) => return lane.fail(&format!("cannot prepare the file of counters: {error}")),
        };
        let stats = file.to_string_lossy().into_owned();
        let filled = |text: &String| text.replace("{stats}", &stats);
        let run: Vec<String> = run.iter().map(filled).collect();
        let env = declared.env.iter().map(|(key, value)| (key.clone(), filled(value))).collect();
        let args = [lane.series.points[size].n.to_string()];
        let how = How { build: build.as_ref().or(seat.build.as_ref()), run: &run, args: &args, env };
        if self.step(lane, &how, builds) {
            match read_counters(&file) {
                Ok(counters) => lane.series.points[size].counters = counters,
                Err(message) => lane.fail(&message),
            }
        }
    }

    /// Runs once more unless the lane is over; whether the run went well.
    fn step(&mut self, lane: &mut Lane, how: &How<'_>, builds: &mut Builds) -> bool {
        if lane.is_over || self.is_stopped() {
            lane.is_over = true;
            return false;
        }
        let (attempt, seconds) = self.run_as(lane.cell, how, builds);
        lane.build_seconds += seconds;
        let went_well = matches!(&attempt, Some(Attempt::Ran { execution, in_build: false, .. })
            if execution.limit.is_none() && execution.ending == Ending::Exited(0));
        lane.is_over = !went_well;
        lane.last = attempt;
        went_well
    }
}

impl Lane {
    fn fail(&mut self, message: &str) {
        self.is_over = true;
        self.last = Some(Attempt::Error(message.to_string()));
    }

    fn done(self, is_stopped: bool) -> Done {
        let attempt = match self.last {
            Some(Attempt::Ran { execution, in_build, .. }) if !self.is_over => {
                Some(Attempt::Ran { execution, in_build, growth: Some(Box::new(self.series)) })
            }
            _ if is_stopped => None,
            other => other,
        };
        Done { cell: self.cell, attempt, build_seconds: self.build_seconds }
    }
}

fn has_noisy_alarm(context: Context<'_>, scale: &Scale, lanes: &[Lane]) -> bool {
    let names = lanes.iter().map(|lane| context.seat(&context.plan.cells[lane.cell]).engine.name.as_str());
    let complete = names.zip(lanes).filter(|(_, lane)| !lane.is_over);
    let engines: Vec<(&str, &Series)> = complete.map(|(name, lane)| (name, &lane.series)).collect();
    growth::alarms(scale, &engines).iter().flatten().any(|alarm| alarm.kind == Kind::Noisy)
}

/// The numbers of a file of counters, by name.
fn read_counters(path: &std::path::Path) -> Result<BTreeMap<String, u64>, String> {
    let text = std::fs::read(path).map_err(|error| format!("the engine wrote no counters: {error}"))?;
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&text)
        .map_err(|error| format!("the engine's counters are not a JSON object: {error}"))?;
    let counters: BTreeMap<String, u64> =
        object.into_iter().filter_map(|(name, value)| Some((name, value.as_u64()?))).collect();
    if counters.is_empty() { Err("the engine's counters hold no number".into()) } else { Ok(counters) }
}
