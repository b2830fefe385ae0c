//! Jobs that several processes carry out: the same bytes as in one process, whatever dies on the way.

mod disks;
mod ends;
mod job;
mod random;
mod refusals;
mod states;
mod thinning;
mod types;

use job::{Staging, wide};
