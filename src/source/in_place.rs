//! ConnectorX's side of a source that reads rows in place: the candidates' cells, one after another.

use super::Query;
use super::one_query::{Columns, OneQuery, QueryRows};
use crate::destination::{CellType, Gate, UnitDestination, UnitPartition};
use crate::{Error, ErrorKind, Result};
use connectorx::destinations::DestinationPartition;
use connectorx::errors::Result as CXResult;
use connectorx::prelude::Dispatcher;
use connectorx::sources::{PartitionParser, Produce, SourcePartition};
use connectorx::sql::CXQuery;
use connectorx::typesystem::Transport;
use std::marker::PhantomData;

/// A result whose rows are in a buffer, a few hundred at a time.
pub(super) trait InPlace: Send + 'static {
    /// Sends the query, and reads what comes before the first row. Returns the columns' names.
    fn begin(&mut self, query: &str) -> Result<Vec<String>>;

    /// Reads the next rows, and asks the gate about each of them once.
    fn select(&mut self, gate: &mut Gate) -> Result<Selected>;

    /// Returns a cell of a candidate of the last selection, or `None` for NULL.
    fn cell(&self, candidate: usize, column: usize) -> Option<&[u8]>;
}

/// The result of one selection.
pub(super) struct Selected {
    /// How many of the rows are candidates.
    pub candidates: usize,
    /// Whether the rows were the last of the result.
    pub is_last: bool,
}

/// Sends a query, and passes its candidates to the destination with one dispatcher. The reader keeps its connection until
/// the end.
pub(super) fn read<R: InPlace>(
    reader: R,
    query: &Query,
    destination: &mut UnitDestination,
) -> Result<()> {
    let gate = destination.gate()?;
    let source = OneQuery::new(GatedRows { reader, gate });
    let queries = [query.sql.as_str()];
    Dispatcher::<_, _, InPlaceTransport<R>>::new(source, destination, &queries, None).run()
}

/// The rows of one query, and the gate that selects among them.
pub(super) struct GatedRows<R> {
    reader: R,
    gate: Gate,
}

/// How every cell travels. The destination decodes it as the plan's type.
const CELL: CellType = CellType::Cell(true);

impl<R: InPlace> QueryRows for GatedRows<R> {
    type Types = CellType;
    type Partition = InPlacePartition<R>;
    type Error = Error;

    fn describe(&mut self, query: &CXQuery) -> Result<Columns<CellType>> {
        let names = self.reader.begin(query.as_str())?;
        let types = vec![CELL; names.len()];
        Ok((names, types))
    }

    fn partition(self, _query: &CXQuery, types: &[CellType]) -> Result<InPlacePartition<R>> {
        Ok(InPlacePartition {
            columns: types.len(),
            rows: Some(self),
        })
    }
}

/// The source's one partition.
pub(super) struct InPlacePartition<R> {
    columns: usize,
    rows: Option<GatedRows<R>>,
}

impl<R: InPlace> SourcePartition for InPlacePartition<R> {
    type TypeSystem = CellType;
    type Parser<'a> = InPlaceParser<R>;
    type Error = Error;

    fn result_rows(&mut self) -> Result<()> {
        Ok(())
    }

    fn parser(&mut self) -> Result<InPlaceParser<R>> {
        let rows = self.rows.take();
        let rows =
            rows.ok_or_else(|| Error::new(ErrorKind::Bug, "internal error: a unit is read twice"))?;
        Ok(InPlaceParser {
            columns: self.columns,
            rows,
            candidate: 0,
            column: 0,
        })
    }

    fn nrows(&self) -> usize {
        0
    }

    fn ncols(&self) -> usize {
        self.columns
    }
}

/// Passes the candidates' cells on.
pub(super) struct InPlaceParser<R> {
    columns: usize,
    rows: GatedRows<R>,
    /// The next cell's row and column.
    candidate: usize,
    column: usize,
}

impl<R: InPlace> PartitionParser<'_> for InPlaceParser<R> {
    type TypeSystem = CellType;
    type Error = Error;

    fn fetch_next(&mut self) -> Result<(usize, bool)> {
        (self.candidate, self.column) = (0, 0);
        let GatedRows { reader, gate } = &mut self.rows;
        let selected = reader.select(gate)?;
        Ok((selected.candidates, selected.is_last))
    }
}

impl<'r, R: InPlace> Produce<'r, Option<&'r [u8]>> for InPlaceParser<R> {
    type Error = Error;

    #[inline]
    fn produce(&'r mut self) -> Result<Option<&'r [u8]>> {
        let (candidate, column) = (self.candidate, self.column);
        self.column += 1;
        if self.column == self.columns {
            (self.candidate, self.column) = (candidate + 1, 0);
        }
        Ok(self.rows.reader.cell(candidate, column))
    }
}

/// Passes cells on unchanged. Written by hand because ConnectorX's macro can't make a transport for a generic source. This
/// way the source's lookup of a cell and the destination's decoder become one function.
pub(super) struct InPlaceTransport<R>(PhantomData<R>);

impl<R: InPlace> Transport for InPlaceTransport<R> {
    type TSS = CellType;
    type TSD = CellType;
    type S = OneQuery<GatedRows<R>>;
    type D = UnitDestination;
    type Error = Error;

    fn convert_typesystem(cell_type: CellType) -> CXResult<CellType> {
        Ok(cell_type)
    }

    fn process<'s, 'd, 'r>(
        _from: CellType,
        _to: CellType,
        source: &'r mut InPlaceParser<R>,
        destination: &'r mut UnitPartition<'d>,
    ) -> Result<()>
    where
        Self: 'd,
    {
        pass_on(source, destination)
    }

    fn processor<'s, 'd>(
        _from: CellType,
        _to: CellType,
    ) -> CXResult<fn(&mut Parser<'s, R>, &mut UnitPartition<'d>) -> Result<()>>
    where
        Self: 'd,
    {
        Ok(pass_on)
    }
}

/// The trait's associated type: if it were written out, `'s` would be missing.
type Parser<'s, R> = <InPlacePartition<R> as SourcePartition>::Parser<'s>;

fn pass_on<R: InPlace>(
    source: &mut InPlaceParser<R>,
    destination: &mut UnitPartition<'_>,
) -> Result<()> {
    destination.write(source.parse::<Option<&[u8]>>()?)
}
