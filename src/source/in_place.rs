//! ConnectorX's side of a source that reads rows in place: the candidates' cells, one after the other.

use crate::destination::{Carrier, Gate, UnitDestination};
use crate::{Error, ErrorKind, Result};
use connectorx::data_order::DataOrder;
use connectorx::impl_transport;
use connectorx::sources::{PartitionParser, Produce, Source, SourcePartition};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;

/// A result whose rows stand in a buffer, some hundred at a time.
pub(super) trait InPlace: Send {
    /// Sends the query, and takes what comes before the first row. The columns' names.
    fn begin(&mut self, query: &str) -> Result<Vec<String>>;

    /// Reads the next rows and asks the gate about each of them once.
    fn select(&mut self, gate: &mut Gate) -> Result<Selected>;

    /// A cell of a candidate of the last selection, `None` for NULL.
    fn cell(&self, candidate: usize, column: usize) -> Option<&[u8]>;
}

/// What came of the rows at hand.
pub(super) struct Selected {
    /// How many of them are candidates.
    pub candidates: usize,
    /// Whether they were the last of the result.
    pub is_last: bool,
}

/// The rows of one query. The reader keeps its connection until it is dropped.
pub(super) struct InPlaceSource {
    reader: Box<dyn InPlace>,
    gate: Gate,
    query: String,
    names: Vec<String>,
}

impl InPlaceSource {
    pub fn new(reader: impl InPlace + 'static, gate: Gate) -> Self {
        Self {
            reader: Box::new(reader),
            gate,
            query: String::new(),
            names: Vec::new(),
        }
    }
}

/// How every cell travels; the destination parses it as the plan's type.
const CELL: Carrier = Carrier::Cell(true);

impl Source for InPlaceSource {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = Carrier;
    type Partition = InPlacePartition;
    type Error = Error;

    fn set_data_order(&mut self, _order: DataOrder) -> Result<()> {
        Ok(())
    }

    fn set_queries<Q: ToString>(&mut self, queries: &[CXQuery<Q>]) {
        self.query = queries
            .first()
            .map(|query| query.map(Q::to_string).as_str().to_owned())
            .unwrap_or_default();
    }

    fn set_origin_query(&mut self, _query: Option<String>) {}

    fn fetch_metadata(&mut self) -> Result<()> {
        self.names = self.reader.begin(&self.query)?;
        Ok(())
    }

    fn result_rows(&mut self) -> Result<Option<usize>> {
        Ok(None)
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn schema(&self) -> Vec<Carrier> {
        vec![CELL; self.names.len()]
    }

    fn partition(self) -> Result<Vec<InPlacePartition>> {
        Ok(vec![InPlacePartition {
            columns: self.names.len(),
            parts: Some((self.reader, self.gate)),
        }])
    }
}

/// The one partition of an [`InPlaceSource`].
pub(super) struct InPlacePartition {
    columns: usize,
    parts: Option<(Box<dyn InPlace>, Gate)>,
}

impl SourcePartition for InPlacePartition {
    type TypeSystem = Carrier;
    type Parser<'a> = InPlaceParser;
    type Error = Error;

    fn result_rows(&mut self) -> Result<()> {
        Ok(())
    }

    fn parser(&mut self) -> Result<InPlaceParser> {
        let parts = self.parts.take();
        let (reader, gate) =
            parts.ok_or_else(|| Error::new(ErrorKind::Bug, "a unit is read twice"))?;
        Ok(InPlaceParser {
            columns: self.columns,
            reader,
            gate,
            next: (0, 0),
        })
    }

    fn nrows(&self) -> usize {
        0
    }

    fn ncols(&self) -> usize {
        self.columns
    }
}

/// Hands the candidates' cells on.
pub(super) struct InPlaceParser {
    columns: usize,
    reader: Box<dyn InPlace>,
    gate: Gate,
    /// The candidate and the column of the next cell.
    next: (usize, usize),
}

impl PartitionParser<'_> for InPlaceParser {
    type TypeSystem = Carrier;
    type Error = Error;

    fn fetch_next(&mut self) -> Result<(usize, bool)> {
        self.next = (0, 0);
        let selected = self.reader.select(&mut self.gate)?;
        Ok((selected.candidates, selected.is_last))
    }
}

impl InPlaceParser {
    fn cell(&mut self) -> Option<&[u8]> {
        let (candidate, column) = self.next;
        self.next = if column + 1 == self.columns {
            (candidate + 1, 0)
        } else {
            (candidate, column + 1)
        };
        self.reader.cell(candidate, column)
    }
}

impl<'r> Produce<'r, &'r [u8]> for InPlaceParser {
    type Error = Error;

    fn produce(&'r mut self) -> Result<&'r [u8]> {
        self.cell()
            .ok_or_else(|| Error::new(ErrorKind::Bug, "a NULL where none was planned"))
    }
}

impl<'r> Produce<'r, Option<&'r [u8]>> for InPlaceParser {
    type Error = Error;

    fn produce(&'r mut self) -> Result<Option<&'r [u8]>> {
        Ok(self.cell())
    }
}

/// Hands cells over as they are.
pub(super) struct InPlaceTransport;

impl_transport!(
    name = InPlaceTransport,
    error = Error,
    systems = Carrier => Carrier,
    route = InPlaceSource => UnitDestination,
    mappings = {
        { Cell[&'r [u8]] => Cell[&'r [u8]] | conversion auto }
    }
);
