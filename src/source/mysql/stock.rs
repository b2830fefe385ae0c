//! ConnectorX's own MySQL partitions over a connection that firstseen opened: its settings are made, and its id is known.

use crate::Error;
use crate::destination::{CellType, UnitDestination};
use crate::source::one_query::{Columns, OneQuery, QueryRows};
use chrono::NaiveDateTime;
use connectorx::impl_transport;
use connectorx::sources::mysql::{
    BinaryProtocol, MySQLSourceError, MySQLSourcePartition, MySQLTypeSystem,
};
use connectorx::sql::CXQuery;
use connectorx::typesystem::TypeConversion;
use r2d2::PooledConnection;
use r2d2_mysql::MySqlConnectionManager;
use r2d2_mysql::mysql::Column;
use r2d2_mysql::mysql::consts::{ColumnFlags, ColumnType as T};
use r2d2_mysql::mysql::prelude::Queryable;

/// The rows of one query.
pub(super) struct MySqlRows {
    pub connection: PooledConnection<MySqlConnectionManager>,
}

impl QueryRows for MySqlRows {
    type Types = MySQLTypeSystem;
    type Partition = MySQLSourcePartition<BinaryProtocol>;
    type Error = MySQLSourceError;

    fn describe(&mut self, query: &CXQuery) -> Result<Columns<MySQLTypeSystem>, MySQLSourceError> {
        let statement = self.connection.prep(query.as_str())?;
        let columns = statement.columns().iter();
        Ok(columns
            .map(|column| (column.name_str().into_owned(), type_of(column)))
            .unzip())
    }

    fn partition(
        self,
        query: &CXQuery,
        types: &[MySQLTypeSystem],
    ) -> Result<Self::Partition, MySQLSourceError> {
        Ok(MySQLSourcePartition::new(self.connection, query, types))
    }
}

/// The character set `binary`, which columns of bytes have. The type alone doesn't distinguish CHAR from BINARY or TEXT from
/// BLOB, and text with a `_bin` collation has the flag BINARY too.
/// <https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html>
const BINARY_CHARACTER_SET: u16 = 63;

/// Returns ConnectorX's type for a column. ConnectorX's own choice ignores the character set.
fn type_of(column: &Column) -> MySQLTypeSystem {
    let (column_type, flags) = (column.column_type(), column.flags());
    match column_type {
        T::MYSQL_TYPE_STRING
        | T::MYSQL_TYPE_VAR_STRING
        | T::MYSQL_TYPE_VARCHAR
        | T::MYSQL_TYPE_TINY_BLOB
        | T::MYSQL_TYPE_BLOB
        | T::MYSQL_TYPE_MEDIUM_BLOB
        | T::MYSQL_TYPE_LONG_BLOB => {
            let null_ok = !flags.contains(ColumnFlags::NOT_NULL_FLAG);
            if column.character_set() == BINARY_CHARACTER_SET {
                MySQLTypeSystem::Blob(null_ok)
            } else {
                MySQLTypeSystem::VarChar(null_ok)
            }
        }
        _ => MySQLTypeSystem::from((&column_type, &flags)),
    }
}

/// Passes values on as ConnectorX's own source delivers them. Types that it can't carry never occur (see `types`).
pub(super) struct MySqlTransport;

impl_transport!(
    name = MySqlTransport,
    error = Error,
    systems = MySQLTypeSystem => CellType,
    route = OneQuery<MySqlRows> => UnitDestination,
    mappings = {
        { Tiny[i8]                => Int8[i8]                | conversion auto }
        { Short[i16]              => Int16[i16]              | conversion auto }
        { Year[i16]               => Int16[i16]              | conversion none }
        { Long[i32]               => Int32[i32]              | conversion auto }
        { Int24[i32]              => Int32[i32]              | conversion none }
        { LongLong[i64]           => Int64[i64]              | conversion auto }
        { UTiny[u8]               => UInt8[u8]               | conversion auto }
        { UShort[u16]             => UInt16[u16]             | conversion auto }
        { ULong[u32]              => UInt32[u32]             | conversion auto }
        { UInt24[u32]             => UInt32[u32]             | conversion none }
        { ULongLong[u64]          => UInt64[u64]             | conversion auto }
        { Float[f32]              => Float32[f32]            | conversion auto }
        { Double[f64]             => Float64[f64]            | conversion auto }
        { Datetime[NaiveDateTime] => DateTime[NaiveDateTime] | conversion auto }
        { Char[String]            => OwnedText[String]       | conversion auto }
        { VarChar[String]         => OwnedText[String]       | conversion none }
        { Enum[String]            => OwnedText[String]       | conversion none }
        { TinyBlob[Vec<u8>]       => OwnedBytes[Vec<u8>]     | conversion auto }
        { Blob[Vec<u8>]           => OwnedBytes[Vec<u8>]     | conversion none }
        { MediumBlob[Vec<u8>]     => OwnedBytes[Vec<u8>]     | conversion none }
        { LongBlob[Vec<u8>]       => OwnedBytes[Vec<u8>]     | conversion none }
        { Bit[Vec<u8>]            => OwnedBytes[Vec<u8>]     | conversion none }
    }
);
