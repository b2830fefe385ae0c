//! ConnectorX's `Source` for one query on an existing connection. ConnectorX's own sources open a pool for each query, and
//! hide their connections.

use connectorx::data_order::DataOrder;
use connectorx::errors::ConnectorXError;
use connectorx::sources::{Source, SourcePartition};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeSystem;
use std::fmt::Debug;

/// The names and types of a query's columns.
pub(super) type Columns<T> = (Vec<String>, Vec<T>);

/// The rows of one query on their way to ConnectorX.
pub(super) trait QueryRows: Sized {
    type Types: TypeSystem;
    type Partition: SourcePartition<TypeSystem = Self::Types, Error = Self::Error> + Send;
    type Error: From<ConnectorXError> + Send + Debug;

    /// Finds out the query's columns.
    fn describe(&mut self, query: &CXQuery) -> Result<Columns<Self::Types>, Self::Error>;

    /// Returns the partition that reads the rows.
    fn partition(
        self,
        query: &CXQuery,
        types: &[Self::Types],
    ) -> Result<Self::Partition, Self::Error>;
}

/// The source of one query.
pub(super) struct OneQuery<R: QueryRows> {
    rows: R,
    query: CXQuery,
    names: Vec<String>,
    types: Vec<R::Types>,
}

impl<R: QueryRows> OneQuery<R> {
    pub fn new(rows: R) -> Self {
        Self {
            rows,
            query: CXQuery::from(""),
            names: Vec::new(),
            types: Vec::new(),
        }
    }
}

impl<R: QueryRows> Source for OneQuery<R> {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = R::Types;
    type Partition = R::Partition;
    type Error = R::Error;

    fn set_data_order(&mut self, _order: DataOrder) -> Result<(), R::Error> {
        Ok(())
    }

    fn set_queries<Q: ToString>(&mut self, queries: &[CXQuery<Q>]) {
        if let Some(query) = queries.first() {
            self.query = query.map(Q::to_string);
        }
    }

    fn set_origin_query(&mut self, _query: Option<String>) {}

    fn fetch_metadata(&mut self) -> Result<(), R::Error> {
        (self.names, self.types) = self.rows.describe(&self.query)?;
        Ok(())
    }

    fn result_rows(&mut self) -> Result<Option<usize>, R::Error> {
        Ok(None)
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn schema(&self) -> Vec<R::Types> {
        self.types.clone()
    }

    fn partition(self) -> Result<Vec<R::Partition>, R::Error> {
        Ok(vec![self.rows.partition(&self.query, &self.types)?])
    }
}
