#!/usr/bin/env bash
# Installs the wheel of dist/ into a new environment, and runs the integration tests with the command that it installs:
# package/test-wheel.sh [FILTER]. PYTHON names another Python than python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheels=(dist/firstseen-*.whl)
if [ ! -e "${wheels[0]}" ]; then
    echo "package/test-wheel.sh: there is no wheel in dist/: make wheel" >&2
    exit 1
fi
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
"${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index "${wheels[0]}"
"$venv/bin/firstseen" --version
FIRSTSEEN_TEST_BINARY="$venv/bin/firstseen" cargo test --release --locked --test main "$@"
