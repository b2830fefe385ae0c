//! The tables of docs/values.md.

use std::fs;

/// The cell for a value that makes the job fail, whatever `--invalid-dates` says.
pub const REFUSED: &str = "exit 4";

/// The cell for a date that makes the job fail, unless `--invalid-dates null` writes NULL.
const REFUSED_OR_NULL: &str = "exit 4, null";

pub fn is_refused(cell: &str) -> bool {
    cell == REFUSED || cell == REFUSED_OR_NULL
}

/// A section of the document.
pub struct Section {
    /// The statements for the session that creates the tables.
    pub setup: Vec<String>,
    /// The rows of its table, with each cell as it appears on the rendered page.
    rows: Vec<Vec<String>>,
}

/// A database value, and its values in each format.
pub struct Image {
    pub sql_type: String,
    pub literal: String,
    pub arrow: String,
    pub cells: Cells,
}

/// What the files contain, or how the job ends.
pub struct Cells {
    typed: String,
    csv: String,
    ndjson: String,
    pickle: String,
}

/// A type that can't be represented exactly.
pub struct Refused {
    pub database: String,
    pub sql_type: String,
    pub literal: String,
    /// The expression that a view can use instead.
    pub instead: String,
    /// The text that this expression returns.
    pub text: String,
}

impl Cells {
    pub fn of(&self, format: &str) -> &str {
        match format {
            "csv" => &self.csv,
            "ndjson" => &self.ndjson,
            "pickle" => &self.pickle,
            _ => &self.typed,
        }
    }

    fn all(&self) -> [&str; 4] {
        [&self.typed, &self.csv, &self.ndjson, &self.pickle]
    }

    /// Whether every format can represent the value.
    pub fn are_written(&self) -> bool {
        !self.all().into_iter().any(is_refused)
    }

    /// Whether no format can represent the value.
    pub fn are_refused(&self) -> bool {
        self.all() == [REFUSED; 4] || self.may_be_null()
    }

    /// Whether `--invalid-dates null` writes NULL.
    pub fn may_be_null(&self) -> bool {
        self.all() == [REFUSED_OR_NULL; 4]
    }
}

impl Section {
    pub fn images(&self) -> Vec<Image> {
        let image = |row: &Vec<String>| match row.as_slice() {
            [sql_type, literal, arrow, typed, csv, ndjson, pickle] => Image {
                sql_type: sql_type.clone(),
                literal: literal.clone(),
                arrow: arrow.clone(),
                cells: Cells {
                    typed: typed.clone(),
                    csv: csv.clone(),
                    ndjson: ndjson.clone(),
                    pickle: pickle.clone(),
                },
            },
            other => panic!("docs/values.md: a row of values has seven cells: {other:?}"),
        };
        self.rows.iter().map(image).collect()
    }

    pub fn refused(&self) -> Vec<Refused> {
        let refused = |row: &Vec<String>| match row.as_slice() {
            [database, sql_type, literal, instead, text] => Refused {
                database: database.clone(),
                sql_type: sql_type.clone(),
                literal: literal.clone(),
                instead: instead.clone(),
                text: text.clone(),
            },
            other => panic!("docs/values.md: a row of refused types has five cells: {other:?}"),
        };
        self.rows.iter().map(refused).collect()
    }
}

/// The section under a heading.
pub fn section(heading: &str) -> Section {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/values.md");
    let text = fs::read_to_string(path).expect("docs/values.md");
    let heading = format!("\n## {heading}\n");
    let (_, section) = text
        .split_once(&heading)
        .unwrap_or_else(|| panic!("docs/values.md must have{heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    // A table begins with its header and a line of dashes.
    let lines = section.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = lines.skip(1).map(cells).collect();
    assert!(
        !rows.is_empty(),
        "docs/values.md must have a table under{heading}"
    );
    Section {
        setup: statements(section),
        rows,
    }
}

/// The statements in the section's SQL block.
fn statements(section: &str) -> Vec<String> {
    // The database's name follows on the same line.
    let block = section.split_once("```sql ");
    let block = block.and_then(|(_, rest)| rest.split_once('\n'));
    let block = block.and_then(|(_, rest)| rest.split_once("```"));
    let lines = block.map(|(block, _)| block.split(";\n"));
    lines
        .into_iter()
        .flatten()
        .map(str::to_owned)
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// The cells of a row. `\|` is a bar, also in code.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\0");
    let inner = line.trim_start_matches('|').trim_end_matches('|');
    let cells = inner.split('|').map(str::trim);
    cells.map(|cell| plain(&cell.replace('\0', "|"))).collect()
}

/// The text of a cell. Code begins and ends with the same number of backticks, and one space on each side belongs to them,
/// unless there is nothing but spaces.
fn plain(cell: &str) -> String {
    let ticks = cell.len() - cell.trim_start_matches('`').len();
    let code = &cell[ticks..cell.len() - ticks];
    let unpadded = code
        .strip_prefix(' ')
        .and_then(|code| code.strip_suffix(' '));
    let is_padded = ticks > 0 && !code.trim().is_empty();
    unpadded.filter(|_| is_padded).unwrap_or(code).to_owned()
}
