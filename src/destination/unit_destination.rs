//! Our ConnectorX destination: one unit, one partition, cells in row order.

use super::UnitRows;
use super::carrier::{Carried, Carrier, Carry, Form};
use super::control::Control;
use super::gate::Gate;
use super::selection::Filter;
use super::writer::UnitWriter;
use crate::{Error, ErrorKind, Result};
use arrow::datatypes::SchemaRef;
use connectorx::data_order::DataOrder;
use connectorx::destinations::{Consume, Destination, DestinationPartition};
use connectorx::errors::ConnectorXError;
use std::sync::Arc;

/// Takes the rows of one unit. What comes out is in the order of the source's rows, typed by the plan rather than by the
/// query; only candidates are kept. Any cell that doesn't fit stops the job.
pub struct UnitDestination {
    unit: u32,
    writer: UnitWriter,
    control: Arc<Control>,
    carriers: Vec<Carrier>,
}

impl UnitDestination {
    pub(crate) fn new(unit: u32, schema: SchemaRef, filter: Filter, control: Arc<Control>) -> Self {
        Self {
            unit,
            writer: UnitWriter::new(unit, schema, filter, Arc::clone(&control)),
            control,
            carriers: Vec::new(),
        }
    }

    /// The plan's schema, for a source whose database knows no types of expressions.
    pub(crate) fn planned_schema(&self) -> &SchemaRef {
        self.writer.schema()
    }

    /// The gate for a source that selects the candidates itself, and writes its cells in this form. To be asked before any
    /// row comes.
    pub(crate) fn gate(&mut self, form: Form) -> Gate {
        self.writer.select_at_source(form)
    }

    /// Where the next cell of a stock source belongs: what its error is about.
    pub(crate) fn place(&self) -> Option<String> {
        self.writer.place()
    }

    /// Whether the filter has been asked about any row.
    pub(crate) fn has_rows(&self) -> bool {
        self.writer.has_rows()
    }

    pub(crate) fn finish(self) -> Result<UnitRows> {
        self.writer.finish()
    }
}

impl Destination for UnitDestination {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = Carrier;
    type Partition<'a> = UnitPartition<'a>;
    type Error = Error;

    fn needs_count(&self) -> bool {
        false
    }

    fn allocate<S: AsRef<str>>(
        &mut self,
        _rows: usize,
        names: &[S],
        schema: &[Carrier],
        _order: DataOrder,
    ) -> Result<()> {
        if names.len() == self.writer.columns() {
            self.carriers = schema.to_vec();
            return Ok(());
        }
        let message = format!(
            "the query gives {} columns instead of {}",
            names.len(),
            self.writer.columns()
        );
        Err(Error::new(ErrorKind::Bug, message))
    }

    fn partition(&mut self, count: usize) -> Result<Vec<UnitPartition<'_>>> {
        if count != 1 {
            return Err(Error::new(
                ErrorKind::Bug,
                "a unit has one query and one partition",
            ));
        }
        Ok(vec![UnitPartition {
            writer: &mut self.writer,
            unit: self.unit,
            control: &self.control,
        }])
    }

    fn schema(&self) -> &[Carrier] {
        &self.carriers
    }
}

/// The one partition of a [`UnitDestination`].
pub struct UnitPartition<'a> {
    unit: u32,
    writer: &'a mut UnitWriter,
    control: &'a Control,
}

impl DestinationPartition<'_> for UnitPartition<'_> {
    type TypeSystem = Carrier;
    type Error = Error;

    fn ncols(&self) -> usize {
        self.writer.columns()
    }

    fn aquire_row(&mut self, rows: usize) -> Result<usize> {
        self.writer.announce(rows)?;
        Ok(rows)
    }

    fn finalize(&mut self) -> Result<()> {
        Ok(())
    }
}

impl<T: Carry> Consume<T> for UnitPartition<'_> {
    type Error = Error;

    fn consume(&mut self, value: T) -> Result<()> {
        self.consume(Some(value))
    }
}

impl<T: Carry> Consume<Option<T>> for UnitPartition<'_> {
    type Error = Error;

    fn consume(&mut self, value: Option<T>) -> Result<()> {
        let put = match value.as_ref().map(Carry::carried) {
            Some(Carried::Cell(cell)) => self.writer.put_cell(cell),
            carried => self.writer.put(carried),
        };
        // ConnectorX's parsers read the rest of the result when they are dropped: the other side must stop sending
        // before this error gets there.
        put.inspect_err(|error| self.control.fail(self.unit, error))
    }
}

impl From<ConnectorXError> for Error {
    fn from(cause: ConnectorXError) -> Self {
        match cause {
            ConnectorXError::NoConversionRule(from, _)
            | ConnectorXError::TypeCheckFailed(from, _) => Self::new(
                ErrorKind::Schema,
                format!("the database sends the type {from}, which the plan doesn't know"),
            ),
            other => Self::new(ErrorKind::Bug, "the extraction failed in itself").because(other),
        }
    }
}
