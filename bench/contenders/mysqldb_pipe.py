"""The method of the article's Script 10: four processes read a table each and send 500 rows at a time through one pipe.

A lock keeps the processes' messages apart; the receiver finds the distinct rows. They come as they come, so which row
of a key is kept, and in what order, changes from run to run. The article's script wrote no files; this one pickles them as
Script 03 does, and it waits for the pipe where the article's asks it again and again.
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
        raise SystemExit(f"the collecting process ended with {collector.exitcode}")


main()
