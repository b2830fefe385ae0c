/* Reads tables from PostgreSQL with COPY in the binary format, and keeps nothing. DRAIN_URL says where, and its sslmode
 * whether to use TLS. A COPY message is a row, which isn't split into cells. */
#include "drain.h"
#include <libpq-fe.h>

static PGconn *connect_to_server(void)
{
    const char *url = getenv("DRAIN_URL");
    PGconn *postgres = PQconnectdb(url == NULL ? "" : url);
    if (PQstatus(postgres) != CONNECTION_OK)
        fail("connecting", PQerrorMessage(postgres));
    check_way(PQhost(postgres)[0] == '/', PQsslInUse(postgres) != 0);
    return postgres;
}

static void take_messages(PGconn *postgres, const char *table, struct drained *drained)
{
    char *message;
    int bytes;
    while ((bytes = PQgetCopyData(postgres, &message, 0)) > 0) {
        touch(drained, message, (size_t)bytes);
        PQfreemem(message);
    }
    if (bytes != -1)
        fail(table, PQerrorMessage(postgres));
}

static void drain_table(PGconn *postgres, const char *table, struct drained *drained)
{
    char query[MAX_QUERY_BYTES];
    write_query(query, "COPY (", table, ") TO STDOUT (FORMAT BINARY)");
    PGresult *result = PQexec(postgres, query);
    if (PQresultStatus(result) != PGRES_COPY_OUT)
        fail(table, PQerrorMessage(postgres));
    PQclear(result);
    take_messages(postgres, table, drained);
    while ((result = PQgetResult(postgres)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            fail(table, PQerrorMessage(postgres));
        drained->rows += strtoull(PQcmdTuples(result), NULL, 10);
        PQclear(result);
    }
}

void drain_tables(struct drained *drained)
{
    PGconn *postgres = connect_to_server();
    snprintf(drained->server, sizeof drained->server, "%s", PQparameterStatus(postgres, "server_version"));
    for (const char *table = next_table(); table != NULL; table = next_table())
        drain_table(postgres, table, drained);
    PQfinish(postgres);
}
