/* Reads tables from MySQL or MariaDB over the text protocol, unbuffered, and keeps nothing.
 * DRAIN_HOST, DRAIN_PORT, DRAIN_SOCKET, DRAIN_USER, DRAIN_PASSWORD and DRAIN_DATABASE say where.
 * Over TLS, the server's certificate isn't verified, as with sslmode=require. */
#include "drain.h"
#include <mysql.h>
#include <string.h>

static MYSQL *connect_to_server(void)
{
    MYSQL *mysql = mysql_init(NULL);
    const char *port = getenv("DRAIN_PORT");
    if (mysql == NULL)
        fail("connecting", "out of memory");
    my_bool encrypted = comes_by("tls");
    my_bool verified = 0;
    mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &encrypted);
    mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verified);
    if (mysql_real_connect(mysql, getenv("DRAIN_HOST"), getenv("DRAIN_USER"), getenv("DRAIN_PASSWORD"),
                           getenv("DRAIN_DATABASE"), port == NULL ? 0 : (unsigned)atoi(port), getenv("DRAIN_SOCKET"),
                           0) == NULL)
        fail("connecting", mysql_error(mysql));
    /* With MYSQL_OPT_SSL_ENFORCE alone, libmariadb 3.3 continues without TLS if the server doesn't offer it. */
    check_way(strstr(mysql_get_host_info(mysql), "UNIX socket") != NULL, mysql_get_ssl_cipher(mysql) != NULL);
    return mysql;
}

static void drain_table(MYSQL *mysql, const char *table, struct drained *drained)
{
    char query[MAX_QUERY_BYTES];
    write_query(query, "", table, "");
    if (mysql_query(mysql, query) != 0)
        fail(table, mysql_error(mysql));
    MYSQL_RES *result = mysql_use_result(mysql);
    if (result == NULL)
        fail(table, mysql_error(mysql));
    unsigned fields = mysql_num_fields(result);
    MYSQL_ROW row;
    while ((row = mysql_fetch_row(result)) != NULL) {
        const unsigned long *lengths = mysql_fetch_lengths(result);
        for (unsigned i = 0; i < fields; i++)
            touch(drained, row[i], lengths[i]);
        drained->rows++;
    }
    if (mysql_errno(mysql) != 0)
        fail(table, mysql_error(mysql));
    mysql_free_result(result);
}

void drain_tables(struct drained *drained)
{
    MYSQL *mysql = connect_to_server();
    snprintf(drained->server, sizeof drained->server, "%s", mysql_get_server_info(mysql));
    for (const char *table = next_table(); table != NULL; table = next_table())
        drain_table(mysql, table, drained);
    mysql_close(mysql);
    mysql_thread_end();
}
