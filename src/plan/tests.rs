//! A plan's SQL in each database's dialect, without a connection.

use super::columns::select_list;
use super::order::declared;
use super::partition::Range;
use super::query::TableQuery;
use super::{Chosen, PlannedColumn};
use crate::job::OrderColumn;
use crate::source::{Bound, Column, Dialect, Draw, Extractor, NaturalOrder, Table, TypeMapping};
use arrow::datatypes::DataType;

/// A table with a column `id`, and a column `no"te` that may be NULL and is read by a cast.
fn chosen() -> Chosen {
    let column = |name: &str, data_type, select, nullable, bound| Column {
        name: name.to_owned(),
        sql_type: String::new(),
        nullable,
        mapping: Ok(TypeMapping {
            data_type,
            stock_select: "stock({})",
            wire_select: select,
        }),
        padded_to: None,
        sorted_bytes: None,
        bound: Some(bound),
    };
    let columns = vec![
        column("id", DataType::Int64, "{}", false, Bound::Number),
        column("no\"te", DataType::Utf8, "wire({})", true, Bound::Quoted),
    ];
    Chosen {
        name: "ta`ble".to_owned(),
        filter: None,
        table: Table {
            columns,
            primary_key: vec!["id".to_owned()],
            row_id: Some("rowid"),
            natural_order: NaturalOrder::Stored,
            locator: Err("it is a test"),
            row_bytes: None,
            estimated_rows: None,
            indexes: Vec::new(),
            draw: Draw::Pages(1),
            unversioned: None,
        },
    }
}

fn planned(chosen: &Chosen) -> Vec<PlannedColumn> {
    let columns = chosen.table.columns.iter();
    let planned = columns.map(|column| PlannedColumn {
        name: column.name.clone(),
        sql_type: column.sql_type.clone(),
        data_type: DataType::Utf8,
        nullable: column.nullable,
    });
    planned.collect()
}

/// The SQL for MySQL, PostgreSQL and SQLite.
fn each<T>(write: impl Fn(&Dialect) -> T) -> [T; 3] {
    Dialect::ALL.map(write)
}

#[test]
fn nothing_in_a_name_ends_its_quotes() {
    assert_eq!(
        each(|dialect| dialect.column("ta`ble", "no\"te")),
        [
            "`ta``ble`.`no\"te`",
            "\"ta`ble\".\"no\"\"te\"",
            "\"ta`ble\".\"no\"\"te\"",
        ]
    );
}

#[test]
fn each_column_is_read_by_its_extractors_expression() {
    let chosen = chosen();
    let columns = planned(&chosen);
    let lists = |extractor| {
        let list = |dialect: &Dialect| select_list(dialect, extractor, &chosen, &columns);
        each(|dialect| list(dialect).unwrap())
    };
    let quoted = "\"id\", wire(\"no\"\"te\") AS \"no\"\"te\"";
    let wire = ["`id`, wire(`no\"te`) AS `no\"te`", quoted, quoted];
    assert_eq!(lists(Extractor::Wire), wire);
    let [mysql, ..] = lists(Extractor::ConnectorX);
    assert_eq!(mysql, "stock(`id`) AS `id`, stock(`no\"te`) AS `no\"te`");
}

#[test]
fn a_query_has_its_filters_and_only_a_stored_one_a_hint() {
    let chosen = chosen();
    let query = |dialect: &Dialect| {
        let filters = vec!["(a)".to_owned(), "(b)".to_owned()];
        TableQuery::new(dialect, &chosen, "1".to_owned(), filters)
    };
    assert_eq!(
        each(|dialect| query(dialect).sql(Some("c".to_owned()), Some("d"))),
        [
            "SELECT 1, `ta``ble`.`rowid` FROM `ta``ble` WHERE (a) AND (b) AND c ORDER BY d",
            "SELECT 1, \"ta`ble\".\"rowid\" FROM \"ta`ble\" WHERE (a) AND (b) AND c ORDER BY d",
            "SELECT 1, \"ta`ble\".\"rowid\" FROM \"ta`ble\" WHERE (a) AND (b) AND c ORDER BY d",
        ]
    );
    assert_eq!(
        each(|dialect| query(dialect).as_stored(dialect, &chosen).from().to_owned()),
        ["`ta``ble` USE INDEX ()", "\"ta`ble\"", "\"ta`ble\""]
    );
}

#[test]
fn nulls_come_first_and_the_key_decides_ties() {
    let chosen = chosen();
    let order = |descending| {
        let name = "no\"te".to_owned();
        let columns = [OrderColumn { name, descending }];
        each(|dialect| declared(&columns, dialect, &chosen).unwrap().sql().unwrap())
    };
    let (note, id) = ("\"ta`ble\".\"no\"\"te\"", "\"ta`ble\".\"id\"");
    assert_eq!(
        order(false),
        [
            "`ta``ble`.`no\"te`, `ta``ble`.`id`".to_owned(),
            format!("{note} NULLS FIRST, {id}"),
            format!("{note}, {id}"),
        ]
    );
    assert_eq!(
        order(true),
        [
            "`ta``ble`.`no\"te` DESC, `ta``ble`.`id`".to_owned(),
            format!("{note} DESC NULLS LAST, {id}"),
            format!("{note} DESC, {id}"),
        ]
    );
}

#[test]
fn ranges_leave_no_row_out() {
    let chosen = chosen();
    let conditions = |column: &str| -> Vec<String> {
        let ranges = Range::between(column, &["7".to_owned(), "9".to_owned()]);
        let [mysql, ..] = Dialect::ALL;
        let conditions = ranges.iter().map(|range| range.condition(mysql, &chosen));
        conditions.flatten().collect()
    };
    let id = "`ta``ble`.`id`";
    let of_ids = [
        format!("{id} < 7"),
        format!("{id} >= 7 AND {id} < 9"),
        format!("{id} >= 9"),
    ];
    assert_eq!(conditions("id"), of_ids);
    let note = "`ta``ble`.`no\"te`";
    let first = format!("({note} IS NULL OR {note} < 7)");
    assert_eq!(conditions("no\"te").first(), Some(&first));
}

#[test]
fn bounds_are_literals_whatever_their_values_are() {
    assert_eq!(
        each(|dialect| dialect.literal("c", Bound::Number)),
        [
            "CAST(c AS CHAR)",
            "c::text",
            "CASE WHEN c IS NOT NULL THEN quote(c) END",
        ]
    );
    assert_eq!(
        each(|dialect| dialect.literal("c", Bound::Quoted)),
        [
            "IF(c IS NULL, NULL, QUOTE(c))",
            "quote_literal(c::text)",
            "CASE WHEN c IS NOT NULL THEN quote(c) END",
        ]
    );
}
