/* Reads tables from a SQLite file, read-only, and keeps nothing. DRAIN_PATH says which.
 * It asks for every cell as what it is, so SQLite converts and copies nothing. For text, that takes the same time as
 * `sqlite3_column_blob`. */
#include "drain.h"
#include <sqlite3.h>

static sqlite3 *open_file(void)
{
    sqlite3 *sqlite = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(getenv("DRAIN_PATH"), &sqlite, flags, NULL) != SQLITE_OK)
        fail("opening", sqlite3_errmsg(sqlite));
    return sqlite;
}

static void touch_cell(struct drained *drained, sqlite3_stmt *statement, int i)
{
    int64_t integer;
    double number;
    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
        integer = sqlite3_column_int64(statement, i);
        touch(drained, (const char *)&integer, sizeof integer);
        break;
    case SQLITE_FLOAT:
        number = sqlite3_column_double(statement, i);
        touch(drained, (const char *)&number, sizeof number);
        break;
    default: {
        const char *cell = (const char *)sqlite3_column_text(statement, i);
        touch(drained, cell, (size_t)sqlite3_column_bytes(statement, i));
    }
    }
}

static void drain_table(sqlite3 *sqlite, const char *table, struct drained *drained)
{
    char query[MAX_QUERY_BYTES];
    sqlite3_stmt *statement;
    int step;
    write_query(query, "", table, "");
    if (sqlite3_prepare_v2(sqlite, query, -1, &statement, NULL) != SQLITE_OK)
        fail(table, sqlite3_errmsg(sqlite));
    int fields = sqlite3_column_count(statement);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < fields; i++)
            touch_cell(drained, statement, i);
        drained->rows++;
    }
    if (step != SQLITE_DONE)
        fail(table, sqlite3_errmsg(sqlite));
    sqlite3_finalize(statement);
}

void drain_tables(struct drained *drained)
{
    sqlite3 *sqlite = open_file();
    snprintf(drained->server, sizeof drained->server, "%s", sqlite3_libversion());
    for (const char *table = next_table(); table != NULL; table = next_table())
        drain_table(sqlite, table, drained);
    sqlite3_close(sqlite);
}
