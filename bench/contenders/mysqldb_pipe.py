"""The method of the article's Script 10: four processes read one table each and send 500 rows at a time through one pipe.

A lock keeps the processes' messages apart, and the receiver finds the distinct rows. The order of the messages isn't fixed, so
which row of a key is kept, and in what order, changes from run to run. The article's script writes no files; this one pickles
the rows as Script 03 does. It also waits for the pipe, which the article's script polls.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import MySQLdb
from persons import Persons
from work import COLUMNS, DATABASE, HOST, PASSWORD, PORT, TABLES, USER, query, tell

PROCESSES = 4
CHUNK_ROWS = 500

fork = get_context("fork")  # every process inherits the pipe and its lock
lock = fork.Lock()
receiver, sender = fork.Pipe(duplex=False)


def send(entries):
    with lock:
        sender.send(entries)


def read(table):
    connection = MySQLdb.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE)
    cursor = connection.cursor()
    cursor.execute(query(table))
    entries = []
    for row in cursor:
        entries.append(dict(zip(COLUMNS, row)))
        if len(entries) == CHUNK_ROWS:
            send(entries)
            entries = []
    send(entries)
    send(None)  # the table is done
    connection.close()


def collect():
    persons = Persons()
    tables_left = len(TABLES)
    while tables_left > 0:
        entries = receiver.recv()
        if entries is None:
            tables_left -= 1
            continue
        for entry in entries:
            persons.add(entry)
    persons.write()
    tell(persons.rows, persons.distinct, ["mysqlclient"])


def main():
    collector = fork.Process(target=collect)
    collector.start()
    with ProcessPoolExecutor(PROCESSES, fork) as pool:
        list(pool.map(read, TABLES))
    collector.join()
    if collector.exitcode != 0:
        raise SystemExit(f"the collecting process exited with code {collector.exitcode}")


main()
