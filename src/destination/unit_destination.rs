//! firstseen's ConnectorX destination: one unit, one partition, cells in row order.

use super::UnitRows;
use super::among::Wants;
use super::candidates::CandidateWriter;
use super::cell_type::{Carry, CellType};
use super::control::Control;
use super::decoder::CellEncoding;
use super::gate::Gate;
use super::misfit::SentRow;
use super::outlet::Exit;
use super::rules::Rules;
use super::selection::Filter;
use super::shape::Shape;
use super::staged::StagedWriter;
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::SchemaRef;
use connectorx::data_order::DataOrder;
use connectorx::destinations::{Consume, Destination, DestinationPartition};
use connectorx::errors::ConnectorXError;
use std::sync::Arc;

/// What selects the candidates among a source's rows, and how the source encodes its values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Intake {
    /// A native source of firstseen, which asks the gate and passes on the candidates' cells only.
    Gated(&'static dyn CellEncoding),
    /// The destination, among all rows of one of `ConnectorX`'s own sources.
    Staged(&'static dyn CellEncoding),
}

/// Takes one unit's rows and keeps the candidates, in the order of the source's rows and typed by the plan rather than by the
/// query. A cell that doesn't fit stops the job if its row is written.
pub struct UnitDestination {
    unit: u32,
    shape: Shape,
    writer: Writer,
    control: Arc<Control>,
    cell_types: Vec<CellType>,
    executed: bool,
}

enum Writer {
    Candidates(Box<CandidateWriter>),
    Staged(Box<StagedWriter>),
}

impl UnitDestination {
    pub(crate) fn new(
        unit: u32,
        shape: Shape,
        filter: Filter,
        control: Arc<Control>,
        (intake, exit): (Intake, Option<Exit>),
    ) -> Self {
        let (Intake::Gated(format) | Intake::Staged(format)) = intake;
        let rules = Rules {
            shape: shape.clone(),
            format,
            filter,
        };
        let shared = Arc::clone(&control);
        let writer = match intake {
            Intake::Gated(_) => {
                Writer::Candidates(Box::new(CandidateWriter::new(unit, rules, shared, exit)))
            }
            Intake::Staged(_) => {
                Writer::Staged(Box::new(StagedWriter::new(unit, rules, shared, exit)))
            }
        };
        Self {
            unit,
            shape,
            writer,
            control,
            cell_types: Vec::new(),
            executed: false,
        }
    }

    /// The plan's schema, for a source whose database doesn't know the types of expressions.
    pub(crate) fn planned_schema(&self) -> &SchemaRef {
        self.shape.sent()
    }

    /// The gate for a source that selects the candidates itself.
    pub(crate) fn gate(&self) -> Result<Gate> {
        match &self.writer {
            Writer::Candidates(writer) => Ok(writer.gate()),
            Writer::Staged(_) => Err(other_writer()),
        }
    }

    /// What tells which rows are wanted, if they are fetched again.
    pub(crate) fn wants(&self) -> Option<Wants> {
        match &self.writer {
            Writer::Candidates(writer) => writer.wants(),
            Writer::Staged(_) => None,
        }
    }

    /// Where the next value of one of ConnectorX's own sources belongs, since their errors don't say it. `None` for a native
    /// source, whose errors do.
    pub(crate) fn place(&self) -> Option<(SentRow, &str)> {
        match &self.writer {
            Writer::Candidates(_) => None,
            Writer::Staged(writer) => Some(writer.place()),
        }
    }

    /// Whether the filter has been asked about any row.
    pub(crate) fn has_rows(&self) -> bool {
        match &self.writer {
            Writer::Candidates(writer) => writer.has_rows(),
            Writer::Staged(writer) => writer.has_rows(),
        }
    }

    pub(crate) fn finish(self) -> Result<UnitRows> {
        match self.writer {
            Writer::Candidates(writer) => writer.finish(),
            Writer::Staged(writer) => writer.finish(),
        }
    }
}

impl Destination for UnitDestination {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = CellType;
    type Partition<'a> = UnitPartition<'a>;
    type Error = Error;

    fn needs_count(&self) -> bool {
        false
    }

    /// Gives each column its decoder.
    fn allocate<S: AsRef<str>>(
        &mut self,
        _rows: usize,
        names: &[S],
        cell_types: &[CellType],
        _order: DataOrder,
    ) -> Result<()> {
        let columns = self.shape.sent().fields().len();
        if names.len() != columns || cell_types.len() != columns {
            let message = format!(
                "internal error: the query returns {} columns instead of {columns}",
                names.len()
            );
            return Err(Error::new(ErrorKind::Bug, message));
        }
        match &mut self.writer {
            Writer::Candidates(writer) => writer.allocate(cell_types),
            Writer::Staged(writer) => writer.allocate(cell_types),
        }
        self.cell_types = cell_types.to_vec();
        Ok(())
    }

    fn partition(&mut self, count: usize) -> Result<Vec<UnitPartition<'_>>> {
        if count != 1 {
            return Err(Error::new(
                ErrorKind::Bug,
                "internal error: a unit has one query and one partition",
            ));
        }
        Ok(vec![UnitPartition {
            columns: self.cell_types.len(),
            destination: self,
        }])
    }

    fn schema(&self) -> &[CellType] {
        &self.cell_types
    }
}

/// The one partition of a [`UnitDestination`].
pub struct UnitPartition<'a> {
    columns: usize,
    destination: &'a mut UnitDestination,
}

impl DestinationPartition<'_> for UnitPartition<'_> {
    type TypeSystem = CellType;
    type Error = Error;

    fn ncols(&self) -> usize {
        self.columns
    }

    /// Called before rows arrive, or with 0 if there are none: the database has executed the query.
    fn aquire_row(&mut self, rows: usize) -> Result<usize> {
        let UnitDestination {
            unit,
            control,
            executed,
            writer,
            ..
        } = &mut *self.destination;
        control.check()?;
        if let Some(watch) = control.watch(*unit) {
            watch.sign();
        }
        if !*executed {
            *executed = true;
            control.executed(*unit);
        }
        match writer {
            Writer::Candidates(writer) => writer.announce()?,
            Writer::Staged(writer) => writer.announce(rows),
        }
        Ok(rows)
    }

    fn finalize(&mut self) -> Result<()> {
        Ok(())
    }
}

impl UnitPartition<'_> {
    /// Notes the error immediately: ConnectorX's parsers read the rest of the result when they are dropped, so the server must
    /// stop sending before this error gets there.
    #[cold]
    fn failed(&self, error: Error) -> Error {
        let UnitDestination { unit, control, .. } = &*self.destination;
        control.fail(*unit, &error);
        error
    }
}

/// Takes the candidates' cells.
impl Consume<Option<&[u8]>> for UnitPartition<'_> {
    type Error = Error;

    #[expect(
        clippy::inline_always,
        reason = "measured: a call for each cell of wide tables"
    )]
    #[inline(always)]
    fn consume(&mut self, cell: Option<&[u8]>) -> Result<()> {
        let put = match &mut self.destination.writer {
            Writer::Candidates(writer) => writer.put(cell),
            Writer::Staged(_) => Err(other_writer()),
        };
        put.map_err(|error| self.failed(error))
    }
}

/// Takes values of ConnectorX's own sources.
impl<T: Carry> Consume<T> for UnitPartition<'_> {
    type Error = Error;

    fn consume(&mut self, value: T) -> Result<()> {
        self.consume(Some(value))
    }
}

impl<T: Carry> Consume<Option<T>> for UnitPartition<'_> {
    type Error = Error;

    fn consume(&mut self, value: Option<T>) -> Result<()> {
        let put = match &mut self.destination.writer {
            Writer::Staged(writer) => writer.put(value.as_ref()),
            Writer::Candidates(_) => Err(other_writer()),
        };
        put.map_err(|error| self.failed(error))
    }
}

fn other_writer() -> Error {
    Error::new(
        ErrorKind::Bug,
        "internal error: a source sends its rows to the wrong writer",
    )
}

impl From<ConnectorXError> for Error {
    fn from(cause: ConnectorXError) -> Self {
        match cause {
            ConnectorXError::NoConversionRule(from, _)
            | ConnectorXError::TypeCheckFailed(from, _) => Self::new(
                ErrorKind::Schema,
                format!("the database sent the type {from}, which the plan doesn't expect"),
            ),
            other => Self::new(ErrorKind::Bug, "internal error: ConnectorX failed").because(other),
        }
    }
}
