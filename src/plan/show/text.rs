//! The plan as text, for people. What repeats is folded.

use super::document::{PlanColumn, PlanDocument, PlanUnit};
use crate::report::{TextTable, counted, grouped, plain};
use std::fmt;

/// Most tables, and most queries, that are listed one by one.
const MOST_TABLES: usize = 20;
const MOST_QUERIES: usize = 8;
/// Of more, this many of the first and of the last are listed.
const FIRST_TABLES: usize = 12;
const FIRST_QUERIES: usize = 4;
const LAST: usize = 2;

impl fmt::Display for PlanDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "source    {} ({})", self.source, self.database)?;
        match &self.output {
            None => writeln!(f, "output    none: only counts")?,
            Some(output) => writeln!(
                f,
                "output    {}: {} ({}), {} rows per file, prefix {}",
                output.folder,
                output.format,
                output.compression,
                grouped(output.batch_rows as u64),
                output.prefix
            )?,
        }
        writeln!(f, "key       {}", plain(&self.key.join(", ")))?;
        writeln!(f, "order     {}", plain(&self.ordered_by))?;
        for (index, way) in self.ways().iter().enumerate() {
            writeln!(
                f,
                "{:10}{}",
                if index == 0 { "read" } else { "" },
                plain(way)
            )?;
        }
        writeln!(
            f,
            "workers   {}, extractor {}",
            self.workers, self.extractor
        )?;
        writeln!(f, "snapshot  {}", self.snapshot)?;
        for (index, lock) in self.locks.iter().enumerate() {
            writeln!(f, "{:10}{lock}", if index == 0 { "locks" } else { "" })?;
        }
        self.write_columns(f)?;
        self.write_tables(f)?;
        self.write_queries(f)
    }
}

impl PlanDocument {
    /// How tables are read, and why; with more than one way, also how many tables are read so.
    fn ways(&self) -> Vec<String> {
        let mut ways: Vec<((&str, &str), usize)> = Vec::new();
        for unit in self.tables().filter_map(<[PlanUnit]>::first) {
            let way = (unit.read, unit.read_why.as_str());
            match ways.iter_mut().find(|(known, _)| *known == way) {
                Some((_, tables)) => *tables += 1,
                None => ways.push((way, 1)),
            }
        }
        let all = ways.len() == 1;
        let ways = ways.into_iter().map(|((read, why), tables)| {
            let tables = if all {
                String::new()
            } else {
                format!(" for {}", counted(tables as u64, "table"))
            };
            format!("{}{tables}: {why}", read.replace('-', " "))
        });
        ways.collect()
    }

    fn write_columns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        let header = ["column", "type", "Arrow type", ""].map(str::to_owned);
        let row = |column: &PlanColumn| {
            let not_null = if column.nullable { "" } else { "not null" };
            [
                plain(&column.name).into_owned(),
                plain(&column.sql_type).into_owned(),
                column.arrow_type.clone(),
                not_null.to_owned(),
            ]
        };
        let rows = std::iter::once(header).chain(self.columns.iter().map(row));
        write!(f, "{}", TextTable::left(rows.map(Vec::from).collect()))
    }

    /// A line for each table, in the order of the result.
    fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<&[PlanUnit]> = self.tables().collect();
        let has_parts = tables.iter().any(|units| units.len() > 1);
        let row = |name: String, rows: String, parts: String, order: String| {
            let mut cells = vec![name, rows];
            cells.extend(has_parts.then_some(parts));
            cells.push(order);
            cells
        };
        let header = ["table", "estimated rows", "parts", "order"].map(str::to_owned);
        let [name, rows, parts, order] = header;
        let mut lines = vec![row(name, rows, parts, order)];
        let (first, folded, last) = folded(&tables, MOST_TABLES, FIRST_TABLES);
        let line = |units: &&[PlanUnit]| {
            let unit = units.first()?;
            Some(row(
                plain(&unit.table).into_owned(),
                rows_of(units),
                grouped(units.len() as u64),
                plain(&unit.order).into_owned(),
            ))
        };
        lines.extend(first.iter().filter_map(line));
        if folded > 0 {
            let more = format!("… {} more", grouped(folded as u64));
            lines.push(row(more, String::new(), String::new(), String::new()));
        }
        lines.extend(last.iter().filter_map(line));
        let count = format!("{} in all", grouped(tables.len() as u64));
        let parts = grouped(self.units.len() as u64);
        lines.push(row(count, rows_of(&self.units), parts, String::new()));
        write!(f, "\n{}", TextTable::left_at_ends(lines))
    }

    fn write_queries(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let queries = self.queries();
        let (first, folded, last) = folded(&queries, MOST_QUERIES, FIRST_QUERIES);
        let write = |f: &mut fmt::Formatter<'_>, query: &Query<'_>| {
            // A condition may have lines.
            let lines: Vec<_> = query.sql.split('\n').map(plain).collect();
            writeln!(f, "\n{}\n  {}", plain(&query.whose), lines.join("\n  "))
        };
        first.iter().try_for_each(|query| write(f, query))?;
        if folded > 0 {
            let more = grouped(folded as u64);
            writeln!(f, "\n… {more} more queries: --json lists them all")?;
        }
        last.iter().try_for_each(|query| write(f, query))
    }

    fn tables(&self) -> impl Iterator<Item = &[PlanUnit]> {
        self.units.chunk_by(|one, next| one.table == next.table)
    }

    /// The queries, once for all units that differ in the table's name alone.
    fn queries(&self) -> Vec<Query<'_>> {
        let mut groups: Vec<Vec<&PlanUnit>> = Vec::new();
        for unit in &self.units {
            let same = groups.iter_mut().find(|group| {
                let first = group.first();
                first.is_some_and(|first| first.part.is_none() && first.template == unit.template)
            });
            match same {
                Some(group) if unit.part.is_none() => group.push(unit),
                _ => groups.push(vec![unit]),
            }
        }
        let count = groups.len();
        groups
            .iter()
            .filter_map(|group| Query::of(group, count))
            .collect()
    }
}

/// A query, and which units it reads.
struct Query<'a> {
    whose: String,
    sql: &'a str,
}

impl<'a> Query<'a> {
    /// The query of units that differ in the table's name alone, one of `groups` of such.
    fn of(group: &[&'a PlanUnit], groups: usize) -> Option<Self> {
        let first = *group.first()?;
        let whose = match (group.len(), first.part) {
            (1, Some(part)) => format!(
                "query of {}, part {} of {}",
                first.table, part.number, part.of
            ),
            (1, None) => format!("query of {}", first.table),
            (_, _) if groups == 1 => "query of every table".to_owned(),
            (count, _) => format!("query of {} and {} more tables", first.table, count - 1),
        };
        let sql = if group.len() == 1 {
            &first.sql
        } else {
            &first.template
        };
        Some(Self { whose, sql })
    }
}

/// The first and the last of a list that is longer than `most`, and how many are between them.
fn folded<T>(list: &[T], most: usize, first: usize) -> (&[T], usize, &[T]) {
    if list.len() <= most {
        return (list, 0, &[]);
    }
    let (head, rest) = list.split_at(first);
    let (between, tail) = rest.split_at(rest.len() - LAST);
    (head, between.len(), tail)
}

fn rows_of(units: &[PlanUnit]) -> String {
    let rows: Option<u64> = units.iter().map(|unit| unit.estimated_rows).sum();
    rows.map_or("unknown".to_owned(), grouped)
}
