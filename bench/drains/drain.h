/* What the raw drains share: several threads with one connection each take the tables in order.
 *
 *   drain-DATABASE CONNECTIONS COLUMNS TABLE...
 *
 * COLUMNS and every TABLE are put into the query as written, so they must be quoted if the database requires it. Where to
 * connect is in the environment. DRAIN_WAY names the transport: socket, tcp (without encryption) or tls. A drain prints what it
 * read, so that a drain that reads too little is noticed:
 *   {"rows": 15096590, "bytes": 1132244250, "touched": 95, "peak_bytes": 6123520, "server": "10.11.19-MariaDB"}
 * `bytes` counts what the client received. `touched` depends on all of it, so that the compiler can't remove the reading.
 * `peak_bytes` is the largest resident memory.
 */
#ifndef FIRSTSEEN_BENCH_DRAIN_H
#define FIRSTSEEN_BENCH_DRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_QUERY_BYTES = 4096, MAX_SERVER_BYTES = 256 };

/* What one connection read, and from which version of the server. */
struct drained {
    uint64_t rows;
    uint64_t bytes;
    uint64_t touched;
    char server[MAX_SERVER_BYTES];
};

/* Connects, and reads tables until `next_table` has none. Each database has its own. */
void drain_tables(struct drained *drained);

/* Whether DRAIN_WAY is this transport. */
bool comes_by(const char *way);

/* Fails if a connection uses another transport than DRAIN_WAY. */
void check_way(bool by_socket, bool encrypted);

/* The next table that no connection has taken yet, or NULL. */
const char *next_table(void);

/* Writes `before`, SELECT the columns FROM `table`, and `after`. */
void write_query(char query[MAX_QUERY_BYTES], const char *before, const char *table, const char *after);

/* Counts a cell, and reads its first byte. */
void touch(struct drained *drained, const char *cell, size_t bytes);

/* Ends the process: an incomplete drain measures nothing. */
_Noreturn void fail(const char *what, const char *why);

#endif
