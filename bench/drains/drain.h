/* What the raw drains share: tables in order, taken by several threads with a connection each.
 *
 *   drain-DATABASE CONNECTIONS COLUMNS TABLE...
 *
 * COLUMNS and every TABLE stand in the query as they are, quoted where the database wants it; where to connect is in the
 * environment, and DRAIN_WAY says by which way in: socket, tcp (without encryption) or tls. A drain prints what it read, so that one that reads less than it should is seen:
 *   {"rows": 15096590, "bytes": 1132244250, "touched": 95, "peak_bytes": 6123520, "server": "10.11.19-MariaDB"}
 * `bytes` counts what the client was given; `touched` depends on all of it, so that no compiler leaves the reading out;
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

/* Of each database: connects, and reads tables until `next_table` has none. */
void drain_tables(struct drained *drained);

/* Whether DRAIN_WAY is this one. */
bool comes_by(const char *way);

/* Fails if a connection came by another way than DRAIN_WAY. */
void check_way(bool by_socket, bool encrypted);

/* The next table that no connection has taken, or NULL. */
const char *next_table(void);

/* `before`, SELECT the columns FROM `table`, `after`. */
void write_query(char query[MAX_QUERY_BYTES], const char *before, const char *table, const char *after);

/* Counts a cell, and reads its first byte. */
void touch(struct drained *drained, const char *cell, size_t bytes);

/* Ends the process: a drain that isn't complete measures nothing. */
_Noreturn void fail(const char *what, const char *why);

#endif
