#!/usr/bin/env bash
# Uses shell tools: the command-line client writes rows as text, awk keeps the first row of each key, and split makes files of
# 10,000 lines. One connection reads table after table, so that the rows keep their order. The cells are text: a NULL is the
# word NULL, and a tab or newline in a cell is written as \t or \n.
#
#   awk.sh FOLDER TABLE...
set -euo pipefail
folder=$1
shift

export MYSQL_PWD=$BENCH_PASSWORD
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT

# The client reads no configuration, and prints rows as they arrive (--quick).
rows() {
    mariadb --no-defaults --host="$BENCH_HOST" --port="$BENCH_PORT" --user="$BENCH_USER" \
        --quick --batch --skip-column-names --database="$BENCH_DATABASE"
}

# `awk` is the system's default: mawk on Debian.
first_of_each() {
    awk -F '\t' '!seen[$4]++ { distinct++; print }
        END { printf "\"rows\": %d, \"distinct\": %d", NR, distinct > "'"$counts"'" }'
}

printf 'SELECT ID, ID_BIRTHDAY, ID_SEX, HASHIDV FROM %s;\n' "$@" | rows | first_of_each |
    split --lines=10000 --numeric-suffixes --suffix-length=5 - "$folder/person-"

files=$(find "$folder" -type f | wc -l)
version=$(awk -W version 2>&1 </dev/null | sed -n '1s/,.*//;1s/ *Copyright.*//;1p')
printf '{%s, "files": %d, "versions": ["%s"]}\n' "$(cat "$counts")" "$files" "$version"
