//! The plan as `firstseen plan` prints it.

mod document;
mod text;

pub use document::PlanDocument;
