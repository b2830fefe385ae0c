//! `generate`: the article's tables, or wide ones.

#![expect(clippy::doc_markdown, reason = "the comments are the text of the help")]

mod tables;

use super::{argv, login, out, signals};
use crate::cancel::Cancel;
use crate::generate::{Generated, Observer, Options, generate};
use crate::job::{LoginOptions, SourceUrl};
use crate::report::{TextTable, grouped};
use crate::{Interrupt, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tables::TablesArgs;

#[derive(Args)]
pub(super) struct GenerateArgs {
    /// URL of the database to create the tables in
    ///
    /// Required: here or in the environment variable FIRSTSEEN_SOURCE. As for run: mysql://, mariadb://, postgresql:// or
    /// sqlite://PATH. A SQLite file is created if it doesn't exist.
    #[arg(long, value_name = "URL", env = "FIRSTSEEN_SOURCE", hide_env = true)]
    source: String,
    /// File that contains the password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// MySQL or MariaDB option file with user, password, host, …
    #[arg(long, value_name = "FILE")]
    defaults_file: Option<PathBuf>,
    /// Size: 1 is 15,096,590 rows, or 2,000,000 wide ones
    ///
    /// 1 is the article's size. Above 0 and up to 100: 0.01 makes about 150,000 rows, or 20,000 wide ones.
    #[arg(long, default_value = "1")]
    scale: String,
    #[command(flatten)]
    tables: TablesArgs,
    /// Seed of the made-up data
    ///
    /// The same seed makes the same data. Another one makes other data in another order, with the same counts.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Drop existing tables with the same names first
    ///
    /// ID2000 to ID2012, or with --wide WIDE1 to WIDE5, and no others.
    #[arg(long)]
    force: bool,
}

impl GenerateArgs {
    pub fn run(self, args: &[OsString]) -> Result<()> {
        let Self {
            source,
            password_file,
            defaults_file,
            scale,
            tables,
            seed,
            force,
        } = self;
        let (tables, scale) = (tables.tables()?, scale.parse()?);
        let login = LoginOptions {
            password_file,
            password: login::password()?,
            defaults_file,
        };
        let mut warnings = Vec::from_iter(argv::warning(args, Some(&source)));
        let source = login.fill(SourceUrl::parse(&source, Path::new(""))?, &mut warnings)?;
        for warning in warnings {
            out::error(&format!("firstseen: warning: {warning}\n"));
        }
        let cancel = signals::cancel_on_signal()?;
        let options = Options {
            source,
            tables,
            scale,
            seed,
            force,
        };
        let generated = generate(&options, &Bar::new(cancel))?;
        out::result(summary(&generated).as_bytes())
    }
}

/// A progress bar over the table that is being filled; on no terminal it is silent.
struct Bar {
    cancel: Cancel,
    /// The table of the bar.
    current: Mutex<Option<(String, ProgressBar)>>,
}

impl Bar {
    fn new(cancel: Cancel) -> Self {
        Self {
            cancel,
            current: Mutex::new(None),
        }
    }
}

fn bar(table: &str, rows: u64) -> ProgressBar {
    let template = "{prefix} {wide_bar} {human_pos}/{human_len} rows, {per_sec}";
    // The template is a constant of known fields; indicatif's own style serves if it were not.
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(rows)
        .with_style(style)
        .with_prefix(table.to_owned())
}

impl Observer for Bar {
    fn on_progress(&self, table: &str, rows_done: u64, rows_total: u64) {
        let Ok(mut current) = self.current.lock() else {
            return;
        };
        let is_other = current.as_ref().is_none_or(|(name, _)| name != table);
        if is_other {
            if let Some((_, finished)) = current.take() {
                finished.finish();
            }
            *current = Some((table.to_owned(), bar(table, rows_total)));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_position(rows_done);
        }
    }

    fn interrupt(&self) -> Option<Interrupt> {
        self.cancel.interrupted()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Ok(Some((_, bar))) = self.current.get_mut().map(Option::take) {
            bar.finish();
        }
    }
}

fn summary(generated: &Generated) -> String {
    let header = ["table", "rows", "distinct", "new"].map(str::to_owned);
    let row = |name: &str, counts: [u64; 3]| {
        let counts = counts.map(grouped);
        std::iter::once(name.to_owned()).chain(counts).collect()
    };
    let mut rows = vec![header.to_vec()];
    let tables = generated.tables.iter();
    rows.extend(tables.map(|table| row(table.table, [table.rows, table.distinct, table.new])));
    let Generated {
        rows: all,
        distinct,
        ..
    } = generated;
    rows.push(row("total", [*all, *distinct, *distinct]));
    TextTable::new(rows).to_string()
}
