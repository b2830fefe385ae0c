#!/usr/bin/env bash
# Builds what is handed out into dist/, for Linux on x86-64 with glibc 2.28 (Debian 10, RHEL 8) or later:
#
#   package/build.sh wheel      the Python package
#   package/build.sh tarball    the command, with completions, manual pages, licenses and the documentation
#
# maturin and zig come from PyPI: package/requirements.txt. With zig as C compiler and linker, what is built here starts on
# older systems than this one. The build is kept in FIRSTSEEN_WHEEL_TARGET (default: in the user's cache).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/firstseen
export FIRSTSEEN_WHEEL_VENV=${FIRSTSEEN_WHEEL_VENV:-$cache/wheel-venv}
export CARGO_TARGET_DIR=${FIRSTSEEN_WHEEL_TARGET:-$cache/wheel}
export PATH="$FIRSTSEEN_WHEEL_VENV/bin:$PATH"

platform=manylinux_2_28
dist=$PWD/dist

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# build PROJECT: the wheel of a folder's pyproject.toml, in $scratch
build() {
    (cd "$1" && nice maturin build --release --zig --compatibility $platform --out "$scratch")
}

wheel() {
    build .
    local built=("$scratch"/*.whl)
    check_platform "${built[0]}"
    rm -f "$dist"/firstseen-*.whl
    mv "${built[0]}" "$dist/"
}

# maturin calls the wheel what it was asked to; auditwheel looks at the libraries and symbols that the module needs.
check_platform() {
    local found minor
    found=$(auditwheel show "$1" | tr '\n' ' ' | grep -o 'platform tag: "[a-z0-9_]*"')
    minor=$(sed -n 's/.*"manylinux_2_\([0-9]*\)_x86_64"/\1/p' <<<"$found")
    if [ -z "$minor" ] || [ "$minor" -gt "${platform##*_}" ]; then
        echo "package/build.sh: auditwheel finds $found in $1, which isn't $platform or older" >&2
        exit 1
    fi
    echo "auditwheel: $found"
}

tarball() {
    build package/binary
    local binary version name folder
    python3 -m zipfile -e "$scratch"/*.whl "$scratch/wheel"
    binary=$(echo "$scratch"/wheel/*.data/scripts/firstseen)
    chmod 755 "$binary"
    version=$("$binary" -V | cut -d' ' -f2)
    name=firstseen-$version-x86_64-linux
    folder=$scratch/$name
    mkdir -p "$folder/completions" "$folder/man/man1"
    cp "$binary" README.md CHANGELOG.md LICENSE LICENSE-THIRD-PARTY "$folder/"
    cp -r docs "$folder/"
    "$binary" completions bash >"$folder/completions/firstseen.bash"
    "$binary" completions zsh >"$folder/completions/_firstseen"
    "$binary" completions fish >"$folder/completions/firstseen.fish"
    "$binary" man >"$folder/man/man1/firstseen.1"
    for command in $(commands "$binary"); do
        "$binary" man "$command" >"$folder/man/man1/firstseen-$command.1"
    done
    (cd "$folder" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
    rm -f "$dist"/firstseen-*.tar.gz
    pack "$name"
}

# The commands in the program's help, except `help` itself.
commands() {
    "$1" --help | sed -n '/^Commands:/,/^$/p' | awk 'NR > 1 && NF && $1 != "help" { print $1 }'
}

# Neither the time nor the builder's account is in the tarball.
pack() {
    local date
    date=$(git log -1 --format=%ct 2>/dev/null || echo 0)
    tar --create --directory "$scratch" --sort=name --format=gnu --mtime="@${SOURCE_DATE_EPOCH:-$date}" \
        --owner=0 --group=0 --numeric-owner --mode='u+rw,go+r,go-w,a+X' "$1" | gzip --no-name --best >"$dist/$1.tar.gz"
}

case ${1:-} in
    wheel | tarball) ;;
    *)
        sed -n 's/^# \?//; 2,5p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
tests/prepare.sh wheel
mkdir -p "$dist"
python3 -B package/licenses.py LICENSE-THIRD-PARTY
"$1"
cd "$dist"
sha256sum firstseen-* >SHA256SUMS
ls -l
