# `make run` and `make test` work in a fresh clone on Debian with Rust.

# Outside the clone by default, since a build takes a while and all clones can share it.
XDG_CACHE_HOME ?= $(HOME)/.cache
CARGO_TARGET_DIR ?= $(XDG_CACHE_HOME)/firstseen/target
export CARGO_TARGET_DIR

.PHONY: run test check bench soak

# Runs the sample job, which writes batches/ and batches.manifest.json.
run:
	tests/prepare.sh build
	cargo run --release --locked -- run sample_data/job.toml --out batches --force

# Runs all tests. Installs MariaDB, PostgreSQL and the Python readers if they are missing.
test:
	tests/prepare.sh
	python3 -B -m unittest discover -q bench
	python3 -B -m unittest discover -q tests
	cargo test --release --locked --lib --test main

# Makes 200 runs with random faults. SOAK_RUNS sets another number; SOAK_SEED replays one run.
soak:
	tests/prepare.sh
	SOAK_RUNS=$${SOAK_RUNS:-200} cargo test --release --locked --test main -- --nocapture soak

# Must pass before every commit.
check:
	tests/prepare.sh check
	cargo fmt --check
	python3 -B tests/crates.py
	python3 -B tests/rooms.py
	python3 -B tests/recipe.py
	python3 -B tests/messages.py --check
	cargo clippy --release --locked --all-targets -- -D warnings

# Measures the full-size job next to raw drains of the same rows and other tools: bench/README.md. BENCH='--pairs 1' passes flags.
bench:
	tests/prepare.sh bench
	cargo build --release --locked
	bench/run $(BENCH)
