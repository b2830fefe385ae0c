//! ConnectorX's stock PostgreSQL partitions over a connection of our own: settings made, cancellable.

use crate::Error;
use crate::destination::{Carrier, UnitDestination};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use connectorx::data_order::DataOrder;
use connectorx::impl_transport;
use connectorx::sources::Source;
use connectorx::sources::postgres::{
    BinaryProtocol, PostgresSourceError, PostgresSourcePartition, PostgresTypeSystem,
};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;
use postgres::types::Type;
use postgres_openssl::MakeTlsConnector;
use r2d2::PooledConnection;

/// The rows of one query. ConnectorX's own `PostgresSource` would open a pool for each query, and hide its connections.
pub(super) struct PostgresSource {
    connection: PooledConnection<super::Manager>,
    query: CXQuery,
    names: Vec<String>,
    types: Vec<Type>,
}

impl PostgresSource {
    pub fn new(connection: PooledConnection<super::Manager>) -> Self {
        Self {
            connection,
            query: CXQuery::from(""),
            names: Vec::new(),
            types: Vec::new(),
        }
    }
}

impl Source for PostgresSource {
    const DATA_ORDERS: &'static [DataOrder] = &[DataOrder::RowMajor];
    type TypeSystem = PostgresTypeSystem;
    type Partition = PostgresSourcePartition<BinaryProtocol, MakeTlsConnector>;
    type Error = PostgresSourceError;

    fn set_data_order(&mut self, _order: DataOrder) -> Result<(), PostgresSourceError> {
        Ok(())
    }

    fn set_queries<Q: ToString>(&mut self, queries: &[CXQuery<Q>]) {
        if let Some(query) = queries.first() {
            self.query = query.map(Q::to_string);
        }
    }

    fn set_origin_query(&mut self, _query: Option<String>) {}

    fn fetch_metadata(&mut self) -> Result<(), PostgresSourceError> {
        let statement = self.connection.prepare(self.query.as_str())?;
        let columns = statement.columns();
        self.names = columns
            .iter()
            .map(|column| column.name().to_owned())
            .collect();
        self.types = columns
            .iter()
            .map(|column| column.type_().clone())
            .collect();
        Ok(())
    }

    fn result_rows(&mut self) -> Result<Option<usize>, PostgresSourceError> {
        Ok(None)
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn schema(&self) -> Vec<PostgresTypeSystem> {
        self.types.iter().map(PostgresTypeSystem::from).collect()
    }

    fn partition(self) -> Result<Vec<Self::Partition>, PostgresSourceError> {
        let schema = self.schema();
        Ok(vec![PostgresSourcePartition::new(
            self.connection,
            &self.query,
            &schema,
            &self.types,
        )])
    }
}

/// Hands values over as the stock source gives them; the types that it can't carry never come (see `types`).
pub(super) struct PostgresTransport;

impl_transport!(
    name = PostgresTransport,
    error = Error,
    systems = PostgresTypeSystem => Carrier,
    route = PostgresSource => UnitDestination,
    mappings = {
        { Bool[bool]                 => Bool[bool]              | conversion auto }
        { Int2[i16]                  => Int16[i16]              | conversion auto }
        { Int4[i32]                  => Int32[i32]              | conversion auto }
        { Int8[i64]                  => Int64[i64]              | conversion auto }
        { UInt4[u32]                 => UInt32[u32]             | conversion auto }
        { Float4[f32]                => Float32[f32]            | conversion auto }
        { Float8[f64]                => Float64[f64]            | conversion auto }
        { Text[&'r str]              => Text[&'r str]           | conversion auto }
        { VarChar[&'r str]           => Text[&'r str]           | conversion none }
        { BpChar[&'r str]            => Text[&'r str]           | conversion none }
        { Name[&'r str]              => Text[&'r str]           | conversion none }
        { ByteA[Vec<u8>]             => OwnedBytes[Vec<u8>]     | conversion auto }
        { Date[NaiveDate]            => Date[NaiveDate]         | conversion auto }
        { Timestamp[NaiveDateTime]   => DateTime[NaiveDateTime] | conversion auto }
        { TimestampTz[DateTime<Utc>] => Instant[DateTime<Utc>]  | conversion auto }
    }
);
