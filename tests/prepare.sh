#!/usr/bin/env bash
# Installs what the tests need: a C compiler and Perl (for the build), MariaDB, PostgreSQL, PgBouncer, sqlite3 and strace from
# Debian, and a Python environment with the readers. Installs only what is missing, and starts no server.
#
#   tests/prepare.sh [build|check|wheel|spark|bench]    build: only what compiling needs; check: also what `make check` needs;
#                                                       wheel: what `make wheel` and `make dist` need; spark: what
#                                                       `make test-spark` needs; bench: also the tools that the benchmark
#                                                       compares firstseen with
#
# The Python environment is kept in FIRSTSEEN_TEST_VENV (default: in the user's cache) until tests/requirements.txt changes.
# The benchmark's is kept in BENCH_VENV until bench/requirements.txt changes, and that of `make wheel` in FIRSTSEEN_WHEEL_VENV
# until package/requirements.txt changes, and that of `make test-spark` in FIRSTSEEN_SPARK_VENV until
# tests/spark-requirements.txt changes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/firstseen
needs=${1:-tests}

# Debian installs servers in /usr/sbin, and PostgreSQL's in a separate folder. Neither is on an ordinary user's PATH.
have() {
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null
}

have_postgres() {
    have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# Cargo and pip have no CA certificates of their own. Systems other than Debian keep them elsewhere.
have_authorities() {
    [ -n "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] || compgen -G '/etc/ssl/cert*/?*' >/dev/null || [ -e /etc/ssl/cert.pem ]
}

# `ensurepip` is in the package python3-venv; Debian's python3 alone doesn't have it.
have_venv() {
    have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null
}

missing_packages() {
    { have cc && have make; } || echo build-essential
    have perl || echo perl
    have_authorities || echo ca-certificates
    [ "$needs" = build ] && return
    have python3 || echo python3
    [ "$needs" = check ] && return
    have_venv || echo python3-venv
    [ "$needs" = wheel ] && return
    [ "$needs" = spark ] && { have java || echo openjdk-17-jre-headless; return; }
    have mariadbd || printf '%s\n' mariadb-server-core mariadb-client-core
    have_postgres || echo postgresql
    have pgbouncer || echo pgbouncer
    have sqlite3 || echo sqlite3
    have strace || echo strace
    have mount || echo mount
    have mkfs.ext4 || echo e2fsprogs
    [ "$needs" = bench ] || return 0
    missing_clients
}

# The drains are compiled against the databases' own client libraries, and so is the Python module MySQLdb.
missing_clients() {
    have pkg-config || echo pkg-config
    have openssl || echo openssl
    pkg-config --exists libmariadb 2>/dev/null || echo libmariadb-dev
    pkg-config --exists libpq 2>/dev/null || echo libpq-dev
    pkg-config --exists sqlite3 2>/dev/null || echo libsqlite3-dev
    [ -e "$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))' 2>/dev/null)/Python.h" ] || echo python3-dev
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

# Debian starts every server that it installs, unless a policy forbids it. This one exists only during the installation.
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

# make_venv VENV REQUIREMENTS
make_venv() {
    local stamp hash
    hash=$(sha256sum <"$2")
    stamp="$1/requirements.sha256"
    [ -x "$1/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return
    echo "tests/prepare.sh: making $1" >&2
    python3 -m venv --clear "$1"
    if ! install_python "$1" -r "$2"; then
        install_what_can_be "$1" "$2"
        return
    fi
    printf '%s\n' "$hash" >"$stamp"
}

install_python() {
    "$1/bin/python" -m pip install -q --disable-pip-version-check "${@:2}"
}

# The benchmark measures the tools that can be installed on this machine, reports the others, and tries them again the next
# time. The tests need all of theirs.
install_what_can_be() {
    local requirement
    [ "$needs" = bench ] || return 1
    while read -r requirement; do
        install_python "$1" --no-deps "$requirement" || echo "tests/prepare.sh: without $requirement" >&2
    done < <(grep -v '^#' "$2")
}

clean() {
    cargo clean --quiet --release --package firstseen --package firstseen-python --manifest-path "$clone/Cargo.toml" "$@"
}

# Clones can share a target folder, and Cargo distinguishes their sources only by modification time. Without this, another
# clone's build could be mistaken for this one's.
own_target() {
    local target=${CARGO_TARGET_DIR:-$here/../target} clone
    clone=$(cd "$here/.." && pwd)
    [ "$(cat "$target/clone" 2>/dev/null)" = "$clone" ] && return
    if [ -d "$target/release" ]; then
        clean
    fi
    if [ -d "$target/x86_64-unknown-linux-gnu" ]; then
        clean --target x86_64-unknown-linux-gnu
    fi
    mkdir -p "$target"
    printf '%s\n' "$clone" >"$target/clone"
}

mapfile -t packages < <(missing_packages)
[ "${#packages[@]}" -eq 0 ] || install_packages "${packages[@]}"
case $needs in
    build | check) ;;
    wheel) make_venv "${FIRSTSEEN_WHEEL_VENV:-$cache/wheel-venv}" "$here/../package/requirements.txt" ;;
    spark) make_venv "${FIRSTSEEN_SPARK_VENV:-$cache/spark-venv}" "$here/spark-requirements.txt" ;;
    bench) make_venv "${BENCH_VENV:-$cache/bench-venv}" "$here/../bench/requirements.txt" ;;
    *) make_venv "${FIRSTSEEN_TEST_VENV:-$cache/venv}" "$here/requirements.txt" ;;
esac
own_target
