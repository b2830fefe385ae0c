#include "drain.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_CONNECTIONS = 64 };

static const char *program;
static const char *columns;
static char **tables;
static size_t table_count;
static atomic_size_t tables_taken;

_Noreturn void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", program, what, why);
    exit(1);
}

bool comes_by(const char *way)
{
    const char *wanted = getenv("DRAIN_WAY");
    return wanted != NULL && strcmp(wanted, way) == 0;
}

void check_way(bool by_socket, bool encrypted)
{
    const char *way = by_socket ? encrypted ? "socket with TLS" : "socket" : encrypted ? "tls" : "tcp";
    if (!comes_by(way))
        fail("the connection's transport is not the one in DRAIN_WAY", way);
}

const char *next_table(void)
{
    size_t taken = atomic_fetch_add(&tables_taken, 1);
    return taken < table_count ? tables[taken] : NULL;
}

void write_query(char query[MAX_QUERY_BYTES], const char *before, const char *table, const char *after)
{
    int length = snprintf(query, MAX_QUERY_BYTES, "%sSELECT %s FROM %s%s", before, columns, table, after);
    if (length < 0 || length >= MAX_QUERY_BYTES)
        fail(table, "its query is too long");
}

void touch(struct drained *drained, const char *cell, size_t bytes)
{
    drained->bytes += bytes;
    if (cell != NULL && bytes > 0)
        drained->touched ^= (unsigned char)cell[0];
}

static void *drain_thread(void *drained)
{
    drain_tables(drained);
    return NULL;
}

static struct drained drain_by(size_t connections)
{
    static struct drained each[MAX_CONNECTIONS];
    pthread_t threads[MAX_CONNECTIONS];
    for (size_t i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, drain_thread, &each[i]) != 0)
            fail("thread", "can't be started");
    struct drained sum = {0};
    for (size_t i = 0; i < connections; i++) {
        pthread_join(threads[i], NULL);
        sum.rows += each[i].rows;
        sum.bytes += each[i].bytes;
        sum.touched ^= each[i].touched;
    }
    snprintf(sum.server, sizeof sum.server, "%s", each[0].server);
    return sum;
}

/* From the kernel's figures for this program alone: getrusage also counts the memory of the process that started it. */
static uint64_t peak_bytes(void)
{
    char line[256];
    uint64_t peak_kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    if (status == NULL)
        fail("/proc/self/status", "can't be read");
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %" SCNu64, &peak_kib) == 1)
            break;
    fclose(status);
    return peak_kib * 1024;
}

int main(int argc, char **argv)
{
    program = argv[0];
    int connections = argc < 4 ? 0 : atoi(argv[1]);
    if (connections < 1 || connections > MAX_CONNECTIONS)
        fail("usage", "CONNECTIONS COLUMNS TABLE...");
    columns = argv[2];
    tables = argv + 3;
    table_count = (size_t)argc - 3;
    struct drained sum = drain_by((size_t)connections);
    printf("{\"rows\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"touched\": %" PRIu64 ", \"peak_bytes\": %" PRIu64
           ", \"server\": \"%s\"}\n",
           sum.rows, sum.bytes, sum.touched, peak_bytes(), sum.server);
    return 0;
}
