//! Date and time (section 17 of the builtins document), by the formats of the `chrono` crate. UTC only.

use std::fmt::Write;

use chrono::DateTime;
use chrono::format::{Item, ParseErrorKind, Parsed, StrftimeItems};

use super::Runtime;
use super::document::result;
use crate::argument::{Outcome, text};
use crate::number_text;
use crate::value::Value;

const BAD_FORMAT: &str = "bad or unsupported format string";

pub(crate) fn dtfmt(_: &mut Runtime, epoch: f64, format: &Value) -> Outcome<Value> {
    let format = text("dtfmt", format)?;
    Ok(result(
        formatted(epoch, format)
            .map(|text| Value::text(&text))
            .map_err(|problem| format!("dtfmt: {problem}")),
    ))
}

fn formatted(epoch: f64, format: &str) -> Result<String, String> {
    let mut shown = String::new();
    number_text::display(&mut shown, epoch.trunc());
    if !epoch.is_finite() {
        return Err(format!("epoch is not finite ({shown})"));
    }
    // The cast drops the fraction and saturates far outside the calendar.
    let moment = DateTime::from_timestamp(epoch as i64, 0);
    let moment = moment.ok_or_else(|| format!("timestamp out of range ({shown})"))?;
    let items: Vec<Item<'_>> = StrftimeItems::new(format).collect();
    let mut out = String::new();
    // Writing is how chrono reports a specifier that cannot be formatted.
    if items.contains(&Item::Error) || write!(out, "{}", moment.format_with_items(items.iter())).is_err() {
        return Err(BAD_FORMAT.to_string());
    }
    Ok(out)
}

pub(crate) fn dtparse(_: &mut Runtime, value: &Value, format: &Value) -> Outcome<Value> {
    let (content, format) = (text("dtparse", value)?, text("dtparse", format)?);
    let seconds = parsed_seconds(content, format);
    Ok(result(seconds.map(Value::number).map_err(|kind| format!("dtparse: {}", problem(kind)))))
}

/// The second since the epoch; a date alone is its midnight. A parsed offset is ignored.
fn parsed_seconds(content: &str, format: &str) -> Result<f64, ParseErrorKind> {
    let mut fields = Parsed::new();
    chrono::format::parse(&mut fields, content, StrftimeItems::new(format)).map_err(|error| error.kind())?;
    let moment = match fields.to_naive_datetime_with_offset(0) {
        Ok(moment) => moment,
        Err(error) if error.kind() == ParseErrorKind::NotEnough => {
            let date = fields.to_naive_date().map_err(|error| error.kind())?;
            date.and_time(chrono::NaiveTime::MIN)
        }
        Err(error) => return Err(error.kind()),
    };
    Ok(moment.and_utc().timestamp() as f64)
}

/// The texts are normative.
fn problem(kind: ParseErrorKind) -> &'static str {
    match kind {
        ParseErrorKind::OutOfRange => "input is out of range",
        ParseErrorKind::Impossible => "no possible date and time matching input",
        ParseErrorKind::NotEnough => "input is not enough for unique date and time",
        ParseErrorKind::Invalid => "input contains invalid characters",
        ParseErrorKind::TooShort => "premature end of input",
        ParseErrorKind::TooLong => "trailing input",
        _ => BAD_FORMAT,
    }
}
