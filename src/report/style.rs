//! How bars look.

use super::number::{grouped, per_second};
use indicatif::{ProgressState, ProgressStyle};
use std::fmt::Write;

/// Columns that a bar takes before its message, which is cut to what is left.
pub(super) const BAR_COLUMNS: u16 = 67;

/// A table, or the total, of which an estimate of the rows is known.
pub(super) fn estimated() -> ProgressStyle {
    style("{prefix:12!} [{bar:10}] {rows:>10} of {estimate:10} {rate:>9} rows/s  {wide_msg}")
}

/// A table, or the total, without an estimate.
pub(super) fn open() -> ProgressStyle {
    style("{prefix:12!}  {spinner:10}  {rows:>10}    {estimate:10} {rate:>9} rows/s  {wide_msg}")
}

/// The batch files.
pub(super) fn files() -> ProgressStyle {
    style("{prefix:12!} [{bar:10}] {rows:>10} of {estimate:10} {wide_msg}")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
        .with_key("rows", rows)
        .with_key("estimate", estimate)
        .with_key("rate", rate)
}

fn rows(state: &ProgressState, out: &mut dyn Write) {
    // A bar that can't be written is not drawn.
    let _ = out.write_str(&grouped(state.pos()));
}

fn estimate(state: &ProgressState, out: &mut dyn Write) {
    let _ = out.write_str(&state.len().map(grouped).unwrap_or_default());
}

/// The mean since the start: the rate that tells when the job ends.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    let _ = out.write_str(&grouped(per_second(state.pos(), state.elapsed())));
}
