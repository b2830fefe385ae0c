"""The method of the article's Script 03: MySQLdb with its default cursor, table after table in one process.

The cursor holds a table's whole result before the first row is looked at. The first row of each key is kept.
"""

import MySQLdb
from persons import Persons
from work import COLUMNS, DATABASE, HOST, PASSWORD, PORT, TABLES, USER, query, tell


def main():
    persons = Persons()
    connection = MySQLdb.connect(host=HOST, port=PORT, user=USER, password=PASSWORD, database=DATABASE)
    cursor = connection.cursor()
    for table in TABLES:
        cursor.execute(query(table))
        for row in cursor:
            persons.add(dict(zip(COLUMNS, row)))
    connection.close()
    persons.write()
    tell(persons.rows, persons.distinct, ["mysqlclient"])


main()
