//! One wide table with a database's types and values.

use super::document::{Image, Section};
use crate::harness::{Case, System};

/// From this row on, each row has one value that a format refuses.
const FIRST_REFUSED: usize = 1000;

/// The types as columns `c0`, `c1`, … of the table `images`. Row 0 is all NULL, and row n has the nth value of every column.
pub struct Images {
    pub case: Case,
    pub columns: Vec<Column>,
    pub placed: Vec<Placed>,
}

pub struct Column {
    pub sql_type: String,
    pub arrow: String,
    written: usize,
}

/// A value in the table.
pub struct Placed {
    pub row: usize,
    column: usize,
    pub image: Image,
}

impl Placed {
    pub fn column(&self) -> String {
        format!("c{}", self.column)
    }
}

impl Images {
    /// Creates the table for a section's values.
    pub fn new(system: System, section: &Section) -> Self {
        let mut images = Self {
            case: Case::on(system),
            columns: Vec::new(),
            placed: Vec::new(),
        };
        for image in section.images() {
            images.place(image);
        }
        let mut statements = section.setup.clone();
        statements.push(images.create_table(system));
        statements.extend(images.insert_rows());
        images.case.database.execute_all(&statements);
        images
    }

    /// The condition for the rows that every format can represent.
    pub fn written() -> String {
        format!("id < {FIRST_REFUSED}")
    }

    fn place(&mut self, image: Image) {
        let column = self.column_of(&image);
        let written = &mut self.columns[column].written;
        let row = if image.cells.are_written() {
            *written += 1;
            *written
        } else {
            FIRST_REFUSED + self.placed.len()
        };
        self.placed.push(Placed { row, column, image });
    }

    fn column_of(&mut self, image: &Image) -> usize {
        let is_its = |column: &Column| column.sql_type == image.sql_type;
        let known = self.columns.iter().position(is_its);
        if let Some(column) = known {
            let sql_type = &image.sql_type;
            assert_eq!(
                self.columns[column].arrow, image.arrow,
                "{sql_type} has one Arrow type"
            );
        }
        known.unwrap_or_else(|| {
            self.columns.push(Column {
                sql_type: image.sql_type.clone(),
                arrow: image.arrow.clone(),
                written: 0,
            });
            self.columns.len() - 1
        })
    }

    fn create_table(&self, system: System) -> String {
        // Without this keyword, some versions of MariaDB make a TIMESTAMP column NOT NULL.
        let null = if system == System::MariaDb {
            "NULL"
        } else {
            ""
        };
        let columns = self.columns.iter().enumerate();
        let columns: Vec<String> = columns
            .map(|(index, column)| format!(", c{index} {} {null}", column.sql_type))
            .collect();
        format!("CREATE TABLE images (id INTEGER{})", columns.concat())
    }

    fn insert_rows(&self) -> Vec<String> {
        let mut rows: Vec<usize> = self.placed.iter().map(|placed| placed.row).collect();
        rows.push(0);
        rows.sort_unstable();
        rows.dedup();
        rows.into_iter().map(|row| self.insert_row(row)).collect()
    }

    fn insert_row(&self, row: usize) -> String {
        let values = self.placed.iter().filter(|placed| placed.row == row);
        let (columns, literals): (Vec<String>, Vec<String>) = values
            .map(|placed| {
                let literal = &placed.image.literal;
                (format!(", {}", placed.column()), format!(", {literal}"))
            })
            .unzip();
        let (columns, literals) = (columns.concat(), literals.concat());
        format!("INSERT INTO images (id{columns}) VALUES ({row}{literals})")
    }
}
