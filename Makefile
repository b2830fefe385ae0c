# `make run` and `make test` work in a fresh clone on Debian with Rust.

# Outside the clone by default: a build takes a while, and every clone may share it.
XDG_CACHE_HOME ?= $(HOME)/.cache
CARGO_TARGET_DIR ?= $(XDG_CACHE_HOME)/firstseen/target
export CARGO_TARGET_DIR

.PHONY: run test check bench soak

# The main job on the sample database: batches/ and batches.manifest.json.
run:
	tests/prepare.sh build
	cargo run --release --locked -- run sample_data/job.toml --out batches --force

# Every test. Brings MariaDB, PostgreSQL and the Python readers where they are missing.
test:
	tests/prepare.sh
	python3 -B -m unittest discover -q bench
	python3 -B -m unittest discover -q tests
	cargo test --release --locked --lib --test main

# 200 runs with random faults; SOAK_SEED replays one, SOAK_RUNS takes more.
soak:
	tests/prepare.sh
	SOAK_RUNS=$${SOAK_RUNS:-200} cargo test --release --locked --test main -- --nocapture soak

# What must hold before a commit.
check:
	tests/prepare.sh check
	cargo fmt --check
	python3 -B tests/crates.py
	python3 -B tests/rooms.py
	python3 -B tests/recipe.py
	python3 -B tests/messages.py --check
	cargo clippy --release --locked --all-targets -- -D warnings

# The full-size job beside raw drains of the same rows and other tools: bench/README.md. BENCH='--pairs 1' passes flags.
bench:
	tests/prepare.sh bench
	cargo build --release --locked
	bench/run $(BENCH)
