//! The look of bars.

use super::number::{grouped, per_second};
use indicatif::{ProgressState, ProgressStyle};
use std::fmt::Write;

/// Width of a bar before its message, which is cut to the rest of the line.
pub(super) const BAR_COLUMNS: u16 = 67;

/// The bar of a unit, or of the total, with an estimate of its rows.
pub(super) fn estimated() -> ProgressStyle {
    style("{prefix:12!} [{bar:10}] {rows:>10} of {estimate:10} {rate:>9} rows/s  {wide_msg}")
}

/// The bar of a unit, or of the total, without an estimate.
pub(super) fn open() -> ProgressStyle {
    style("{prefix:12!}  {spinner:10}  {rows:>10}    {estimate:10} {rate:>9} rows/s  {wide_msg}")
}

/// The bar of the batch files.
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

/// The mean rate since the start, which is the best guide to when the job will end.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    let _ = out.write_str(&grouped(per_second(state.pos(), state.elapsed())));
}
