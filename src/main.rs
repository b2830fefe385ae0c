//! The command `firstseen`.

fn main() {}
