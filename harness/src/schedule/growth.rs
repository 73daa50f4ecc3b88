//! Measuring `scale:` cases: every size on every engine by turns, so that a machine that gets slower meanwhile gets
//! slower for all of them.

use std::collections::BTreeMap;

use super::executor::{Builds, Context, Done, Executor, How};
use crate::corpus::Invocation;
use crate::exec::{Ending, Usage};
use crate::growth::{self, Alarm, Kind, Point, Scale, Series};
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
    /// The last execution at the largest size so far; one that went wrong ends the lane.
    last: Option<Attempt>,
    last_size: usize,
    /// Its counters raise an alarm already, so its clock is not asked.
    is_decided: bool,
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
                series: Series { points: points(), cut_at: None },
                last: None,
                last_size: 0,
                is_decided: false,
                is_over: false,
                build_seconds: 0.0,
            })
            .collect();
        for size in 0..scale.sizes.len() {
            for lane in &mut lanes {
                self.count(lane, size, builds);
            }
        }
        for (lane, alarms) in lanes_with_alarms(context, scale, &mut lanes) {
            lane.is_decided = !alarms.is_empty();
        }
        self.time(&mut lanes, ROUNDS, builds);
        let is_noisy = |alarm: &Alarm| alarm.kind == Kind::Noisy;
        if lanes_with_alarms(context, scale, &mut lanes).iter().any(|(_, alarms)| alarms.iter().any(is_noisy))
        {
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
        if lane.is_decided {
            return;
        }
        let seat = self.context().seat(&self.context().plan.cells[lane.cell]);
        let args = [lane.series.points[size].n.to_string()];
        let how = How { build: seat.build.as_ref(), run: &seat.run, args: &args, env: Vec::new() };
        if let Some(usage) = self.step(lane, size, &how, builds) {
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
        if self.step(lane, size, &how, builds).is_some() {
            match read_counters(&file) {
                Ok(counters) => lane.series.points[size].counters = counters,
                Err(message) => lane.fail(&message),
            }
        }
    }

    /// Runs once more unless the lane is over; what it used, if the run went well.
    fn step(&mut self, lane: &mut Lane, size: usize, how: &How<'_>, builds: &mut Builds) -> Option<Usage> {
        if lane.is_over || self.is_stopped() {
            lane.is_over = true;
            return None;
        }
        let (attempt, seconds) = self.run_as(lane.cell, how, builds);
        lane.build_seconds += seconds;
        let usage = match &attempt {
            Some(Attempt::Ran { execution, in_build: false, .. })
                if execution.limit.is_none() && execution.ending == Ending::Exited(0) =>
            {
                Some(execution.usage)
            }
            _ => None,
        };
        lane.is_over = usage.is_none();
        if lane.is_over || size >= lane.last_size {
            (lane.last, lane.last_size) = (attempt, size);
        }
        usage
    }
}

impl Lane {
    fn fail(&mut self, message: &str) {
        self.is_over = true;
        self.last = Some(Attempt::Error(message.to_string()));
    }

    fn done(self, is_stopped: bool) -> Done {
        let mut series = self.series;
        if self.is_over {
            series.cut_at = Some(series.points[self.last_size].n);
            series.points.truncate(self.last_size);
        }
        let attempt = match self.last {
            _ if is_stopped && self.is_over => None,
            Some(Attempt::Ran { execution, in_build, .. }) => {
                Some(Attempt::Ran { execution, in_build, growth: Some(Box::new(series)) })
            }
            other => other,
        };
        Done { cell: self.cell, attempt, build_seconds: self.build_seconds }
    }
}

/// Each lane with the alarms that it raises so far.
fn lanes_with_alarms<'l>(
    context: Context<'_>,
    scale: &Scale,
    lanes: &'l mut [Lane],
) -> Vec<(&'l mut Lane, Vec<Alarm>)> {
    let alarms = {
        let name = |lane: &Lane| context.seat(&context.plan.cells[lane.cell]).engine.name.as_str();
        let engines: Vec<(&str, &Series)> = lanes.iter().map(|lane| (name(lane), &lane.series)).collect();
        growth::alarms(scale, &engines)
    };
    let pairs = lanes.iter_mut().zip(alarms);
    pairs.map(|(lane, alarms)| if lane.is_over { (lane, Vec::new()) } else { (lane, alarms) }).collect()
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
