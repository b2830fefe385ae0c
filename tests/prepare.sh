#!/usr/bin/env bash
# Brings what the tests need: a C compiler and perl (the build), MariaDB, PostgreSQL and sqlite3 from Debian, and a
# Python environment with the readers. Installs only what is missing, and starts no server.
#
#   tests/prepare.sh [build]    build: only what compiling needs
#
# The environment is kept in FIRSTSEEN_TEST_VENV (default: the user's cache) until tests/requirements.txt changes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=${FIRSTSEEN_TEST_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/firstseen/venv}
needs=${1:-tests}

# Debian keeps servers in /usr/sbin and PostgreSQL's in a folder of its own, both off an ordinary user's PATH.
have() {
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null
}

have_postgres() {
    have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# `ensurepip` is in the package python3-venv, and missing from Debian's bare python3.
have_venv() {
    have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null
}

missing_packages() {
    { have cc && have make; } || echo build-essential
    have perl || echo perl
    [ "$needs" = build ] && return
    have mariadbd || printf '%s\n' mariadb-server-core mariadb-client-core
    have_postgres || echo postgresql
    have sqlite3 || echo sqlite3
    have_venv || echo python3-venv
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        echo "tests/prepare.sh: needs root or sudo for: $*" >&2
        return 1
    fi
}

# Debian starts a server that it installs, unless a policy forbids it. Ours stands only while we install.
install_packages() {
    local policy=/usr/sbin/policy-rc.d
    echo "tests/prepare.sh: installing $*" >&2
    if [ ! -e $policy ]; then
        trap "as_root rm -f $policy" EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 0755 $policy
    fi
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

make_venv() {
    local stamp hash
    hash=$(sha256sum <"$here/requirements.txt")
    stamp="$venv/requirements.sha256"
    [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return
    echo "tests/prepare.sh: making $venv" >&2
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$here/requirements.txt"
    printf '%s\n' "$hash" >"$stamp"
}

mapfile -t packages < <(missing_packages)
[ "${#packages[@]}" -eq 0 ] || install_packages "${packages[@]}"
[ "$needs" = build ] || make_venv
