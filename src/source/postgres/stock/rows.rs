//! ConnectorX's own PostgreSQL partitions over a connection that firstseen opened, with its settings, and that can be canceled.

use crate::Error;
use crate::destination::{CellType, UnitDestination};
use crate::source::one_query::{Columns, OneQuery, QueryRows};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use connectorx::impl_transport;
use connectorx::sources::postgres::{
    BinaryProtocol, PostgresSourceError, PostgresSourcePartition, PostgresTypeSystem,
};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;
use postgres::types::Type;
use postgres_openssl::MakeTlsConnector;
use r2d2::PooledConnection;

/// The rows of one query.
pub(super) struct PostgresRows {
    connection: PooledConnection<super::Manager>,
    types: Vec<Type>,
}

impl PostgresRows {
    pub fn new(connection: PooledConnection<super::Manager>) -> Self {
        Self {
            connection,
            types: Vec::new(),
        }
    }
}

impl QueryRows for PostgresRows {
    type Types = PostgresTypeSystem;
    type Partition = PostgresSourcePartition<BinaryProtocol, MakeTlsConnector>;
    type Error = PostgresSourceError;

    fn describe(
        &mut self,
        query: &CXQuery,
    ) -> Result<Columns<PostgresTypeSystem>, PostgresSourceError> {
        let statement = self.connection.prepare(query.as_str())?;
        let columns = statement.columns();
        self.types = columns
            .iter()
            .map(|column| column.type_().clone())
            .collect();
        Ok(columns
            .iter()
            .map(|column| {
                (
                    column.name().to_owned(),
                    PostgresTypeSystem::from(column.type_()),
                )
            })
            .unzip())
    }

    fn partition(
        self,
        query: &CXQuery,
        types: &[PostgresTypeSystem],
    ) -> Result<Self::Partition, PostgresSourceError> {
        Ok(PostgresSourcePartition::new(
            self.connection,
            query,
            types,
            &self.types,
        ))
    }
}

/// Passes values on as ConnectorX's own source returns them. The types that it can't carry never arrive (see `types`).
pub(super) struct PostgresTransport;

impl_transport!(
    name = PostgresTransport,
    error = Error,
    systems = PostgresTypeSystem => CellType,
    route = OneQuery<PostgresRows> => UnitDestination,
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
