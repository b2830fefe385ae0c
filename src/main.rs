//! The command `firstseen`.

use std::process::ExitCode;

fn main() -> ExitCode {
    firstseen::hide_panics();
    ExitCode::from(firstseen::cli::main(std::env::args_os()))
}
